import type { Command } from "../../base/process.ts";
import { patternText, type TargetPattern } from "../workspace/pattern.ts";
import type { BazelVersion } from "../workspace/version.ts";

export type QueryOutput = "streamed_jsonproto" | "label_kind";

/** Where and with what Bazel is asked; paths are the site's. */
export interface QueryPlace {
  readonly program: string;
  readonly version: BazelVersion;
  readonly root: string;
  /** Not the one of the user's builds: they hold its lock while they run, and a query would hold it from them. */
  readonly outputBase: string;
  /** Whether the repository has a MODULE.bazel.lock. */
  readonly locked: boolean;
}

/** `streamed_jsonproto` came with Bazel 6.4; a build without a version may be anything, and every Bazel has the other. */
export function queryOutput({ number }: BazelVersion): QueryOutput {
  return number === undefined ? "label_kind" : "streamed_jsonproto";
}

/**
 * `bazel query` for the rules that a pattern means, with what is wrong elsewhere left out (exit code 3). The server stays
 * ten minutes for the next question: the first takes seconds, the others half of one.
 */
export function queryCommand(place: QueryPlace, pattern: TargetPattern): Command {
  const output = queryOutput(place.version);
  const lean = ["--noproto:rule_inputs_and_outputs", ...attributes(["name"])];
  const options = ["--noimplicit_deps", "--notool_deps", ...(output === "streamed_jsonproto" ? lean : [])];
  return anyQuery(place, output, options, quoted(patternText(pattern)));
}

/** `bazel query` for what an expression means, with the labels that each rule depends on and makes. */
export function graphCommand(
  place: QueryPlace,
  expression: string,
  { implicit, digests }: GraphParts,
): Command {
  const digest = [
    "--proto:include_synthetic_attribute_hash",
    ...attributes(["name", "tags", attributeDigest]),
  ];
  return anyQuery(
    place,
    "streamed_jsonproto",
    [...(implicit ? [] : ["--noimplicit_deps"]), ...(digests ? digest : attributes(["name"]))],
    expression,
  );
}

export interface GraphParts {
  /** With what rules depend on without saying so: toolchains, test runners. */
  readonly implicit: boolean;
  /** With a digest of each rule's attributes. */
  readonly digests: boolean;
}

/** The attribute that `--proto:include_synthetic_attribute_hash` (since Bazel 5) adds: of all others a digest. */
export const attributeDigest = "$internal_attr_hash";

/** Bazel's exit code for an answer with errors, and --keep_going. */
export const partialAnswer = 3;

function anyQuery(
  place: QueryPlace,
  output: QueryOutput,
  options: readonly string[],
  expression: string,
): Command {
  return bazelCommand(place, [], "query", [
    ...[`--output=${output}`, "--keep_going", "--order_output=no", ...options],
    // A reader writes nothing into the repository; without a lock Bazel would.
    ...(place.locked ? [] : ["--lockfile_mode=off"]),
    ...["--color=no", "--curses=no", "--noshow_progress", "--", expression],
  ]);
}

/** Ends the server of the output base, unless another command is at work there (exit code 9). */
export function shutdownCommand(place: QueryPlace): Command {
  return bazelCommand(place, ["--noblock_for_lock"], "shutdown", []);
}

/** Only these attributes of a rule, beside its name, class and place. */
function attributes(names: readonly string[]): readonly string[] {
  return ["--noproto:default_values", `--proto:output_rule_attrs=${names.join(",")}`];
}

/** Any command of the Bazel at an output base. */
export function bazelCommand(
  { program, root, outputBase }: QueryPlace,
  startup: readonly string[],
  command: string,
  args: readonly string[],
): Command {
  return {
    command: program,
    args: [`--output_base=${outputBase}`, "--max_idle_secs=600", ...startup, command, ...args],
    cwd: root,
  };
}

/** As a word of the query language, which has quotes and no escapes. */
export function quoted(pattern: string): string {
  return pattern.includes('"') ? `'${pattern}'` : `"${pattern}"`;
}

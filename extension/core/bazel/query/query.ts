import { realpath } from "node:fs/promises";
import path from "node:path";
import { isCancellation, SygaldryError } from "../../base/errors.ts";
import { readTextIfExists } from "../../base/files.ts";
import type { ProcessResult, RunOptions } from "../../base/process.ts";
import type { Environment } from "../../project/overrides.ts";
import type { Site } from "../../site/site.ts";
import { belowRoots } from "../below-roots.ts";
import { patternText, type TargetPattern } from "../workspace/pattern.ts";
import type { BazelProgram } from "../workspace/program.ts";
import type { BazelProblem } from "../workspace/workspace.ts";
import type { QueriedRule, QueryAnswer } from "./answer.ts";
import { type QueryPlace, queryCommand, queryOutput, shutdownCommand } from "./command.ts";
import { queryOutputBase } from "./output-base.ts";
import { parseProblems } from "./parse-problems.ts";
import { parseRule } from "./parse-rules.ts";

export interface QueryOptions {
  readonly environment: Environment;
  readonly signal?: AbortSignal;
}

/**
 * Asks Bazel which rules a pattern means, in an output base of its own: it waits for no build, and no build for it. Throws
 * SYG-BAZEL when Bazel fails altogether, SYG-BAZEL-TARGET when it knows nothing of that name, and SYG-CANCELLED when
 * `signal` fires, after Bazel and the server that it began have ended.
 */
export async function queryTargets(
  site: Site,
  { program, version }: BazelProgram,
  root: string,
  pattern: TargetPattern,
  { environment, signal }: QueryOptions,
): Promise<QueryAnswer> {
  const real = await realpath(root);
  const siteRoot = site.paths.site(site.kind === "local" ? real : root);
  const outputBase = queryOutputBase(site.kind, siteRoot, environment);
  const locked = (await readTextIfExists(path.join(root, "MODULE.bazel.lock"))) !== undefined;
  const place: QueryPlace = { program, version, root: siteRoot, outputBase, locked };
  const local = (file: string) => belowRoots(site.paths.local(file), [root, real]);
  const rules: QueriedRule[] = [];
  const onLine = (line: string, stream: "stdout" | "stderr") => {
    const rule = stream === "stdout" ? parseRule(line, queryOutput(version)) : undefined;
    if (rule === undefined) return;
    rules.push(rule.at === undefined ? rule : { ...rule, at: { ...rule.at, file: local(rule.at.file) } });
  };
  const result = await runQuery(site, place, pattern, onLine, signal);
  if (result.exitCode !== 0 && result.exitCode !== partial) throw failure(program, result);
  const said = parseProblems(result.stderr, local);
  if (rules.length === 0 && said.damaged.size === 0) refuseUnknown(pattern, said.problems);
  return { rules, ...said, complete: result.exitCode === 0 };
}

async function runQuery(
  site: Site,
  place: QueryPlace,
  pattern: TargetPattern,
  onLine: NonNullable<RunOptions["onLine"]>,
  signal: AbortSignal | undefined,
): Promise<ProcessResult> {
  const begun = signal?.aborted !== true;
  try {
    const options = { onLine, keep: 1 << 20, endWith: "SIGINT" } as const;
    const cancel = signal === undefined ? {} : { signal };
    return await site.run(queryCommand(place, pattern), { ...options, ...cancel });
  } catch (error) {
    // An interrupted question leaves its server idle, or half started.
    if (isCancellation(error) && begun)
      await site.run(shutdownCommand(place), { timeout: 20_000 }).catch(() => {});
    throw error;
  }
}

/** Bazel's exit code for an answer with errors, and --keep_going. */
const partial = 3;

function failure(program: string, { exitCode, stderr }: ProcessResult): SygaldryError {
  const errors = stderr.split("\n").filter((line) => /^(ERROR|FATAL)\b/.test(line));
  const said = (errors.length > 0 ? errors : stderr.trim().split("\n")).slice(-12).join("\n");
  return new SygaldryError("SYG-BAZEL", `${program} query exited with ${exitCode}\n${said}`.trimEnd(), {
    next: "--scan reads the BUILD files alone.",
    data: { exitCode },
  });
}

function refuseUnknown(pattern: TargetPattern, problems: readonly BazelProblem[]): void {
  const text = problems.find(({ message }) => message.startsWith("Skipping '"))?.message;
  // An empty workspace is none that Bazel does not know.
  if (text === undefined || (pattern.scope === "below" && pattern.folder === "")) return;
  const why = text.replace(/^Skipping '[^']*': /, "");
  throw new SygaldryError("SYG-BAZEL-TARGET", why, {
    next: "`sygaldry bazel targets` lists all there are.",
    data: { pattern: patternText(pattern) },
  });
}

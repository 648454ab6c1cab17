import { isJsonObject, type JsonObject } from "../../base/json-fields.ts";
import { parseProblems } from "../query/parse-problems.ts";
import type { BazelProblem } from "../workspace/workspace.ts";
import type { BazelBuild, FailedAction, TestedTarget } from "./build.ts";
import { errorText } from "./error-text.ts";
import { buildExit } from "./exit.ts";
import { type FailedActionFiles, failedAction } from "./failed-action.ts";
import { has, numberOf, objectAt, textOf, textsOf } from "./fields.ts";
import { readMetrics } from "./metrics.ts";
import { targetReader } from "./targets.ts";
import { testReader } from "./tests.ts";

/** Takes the lines of an event file as they come. */
export interface BuildReader {
  /** What is no event, as the cut line of a killed server, is nothing. */
  take(line: string): BuildNews;
  /** What a failed action wrote, which is then told in full. */
  said(failure: FailedActionFiles, text: string): FailedAction;
  /** All that is known by now. */
  build(): BazelBuild;
}

/** What a line told that people want to know at once. */
interface BuildNews {
  /** Its output is to be read. */
  readonly failure?: FailedActionFiles;
  /** A test that is over, with all its attempts. */
  readonly test?: TestedTarget;
}

type Written<T> = { -readonly [key in keyof T]: T[key] };

/**
 * Reads the build event protocol as Bazel writes it by `--build_event_json_file` (build_event_stream.proto as JSON, one event
 * a line; Bazel 4 to 9). `local` turns a path of the site into one below the workspace's root where it is there, for
 * Bazel's own errors. Command lines and the environment are in the file too, and are not kept.
 */
export function buildReader(local: (file: string) => string): BuildReader {
  const state = {
    ...{ id: undefined, command: undefined, patterns: [], startedAt: undefined, endedAt: undefined },
    ...{ metrics: undefined, exit: undefined, complete: false },
  } as Written<Omit<BazelBuild, "targets" | "failures" | "tests" | "problems">>;
  const targets = targetReader();
  const tests = testReader();
  const failures: { readonly files: FailedActionFiles; readonly text: string | undefined }[] = [];
  const said = errorText();
  const refused: string[] = [];
  const handlers: Readonly<Record<string, (id: JsonObject, event: JsonObject) => void>> = {
    started: (_, event) => {
      const started = objectAt(event, "started");
      state.id = textOf(started["uuid"]);
      state.command = textOf(started["command"]);
      state.startedAt = numberOf(started["startTimeMillis"]);
    },
    pattern: (id, event) => {
      const patterns = textsOf(objectAt(id)["pattern"]);
      // Of one that could not be loaded there is a second event, of it alone.
      if (has(event, "expanded") || state.patterns.length === 0) state.patterns = patterns;
      const why = textOf(objectAt(event, "aborted")["description"]);
      if (why !== undefined) refused.push(why);
    },
    progress: (_, event) => {
      said.take(textOf(objectAt(event, "progress")["stderr"]) ?? "");
    },
    buildFinished: (_, event) => {
      const finished = objectAt(event, "finished");
      state.endedAt = numberOf(finished["finishTimeMillis"]);
      const exit = objectAt(finished, "exitCode");
      const name = textOf(exit["name"]);
      // Of a crash Bazel says here only that it was one.
      if (has(event, "finished"))
        state.exit = buildExit(numberOf(exit["code"]) ?? 0, name === "" ? undefined : name);
    },
    buildMetrics: (_, event) => {
      if (has(event, "buildMetrics")) state.metrics = readMetrics(event["buildMetrics"]);
    },
  };
  return {
    take(line) {
      const event = parseEvent(line);
      if (event === undefined) return {};
      const [kind = "", id] = Object.entries(objectAt(event, "id"))[0] ?? [];
      const action = kind === "actionCompleted" ? failedAction(objectAt(id), event) : undefined;
      if (action !== undefined) failures.push({ files: action, text: undefined });
      handlers[kind]?.(objectAt(id), event);
      targets.take(kind, objectAt(id), event);
      const test = tests.take(kind, objectAt(id), event);
      if (event["lastMessage"] === true) state.complete = true;
      return {
        ...(action === undefined ? {} : { failure: action }),
        ...(test === undefined ? {} : { test }),
      };
    },
    said(failure, text) {
      const at = failures.findIndex(({ files }) => files === failure);
      if (at >= 0) failures[at] = { files: failure, text };
      return failure.failure(text, []);
    },
    build() {
      const { problems, ofActions } = ownProblems(said.text(), refused, local);
      return {
        ...state,
        targets: targets.targets(),
        failures: failures.map(({ files, text }): FailedAction => files.failure(text, ofActions)),
        tests: tests.tests(),
        problems,
      };
    },
  };
}

/** Kinds that nothing here is made of: large ones, and those that hold the environment. They need not be parsed. */
const unread =
  /^\{"id":\{"(structuredCommandLine|unstructuredCommandLine|optionsParsed|buildMetadata|workspaceStatus|workspace|configuration|fetch|convenienceSymlinksIdentified|execRequest|buildToolLogs)"/;

function parseEvent(line: string): JsonObject | undefined {
  const last = line.includes('"lastMessage":true');
  if (!last && unread.test(line)) return undefined;
  try {
    const event: unknown = JSON.parse(line);
    return isJsonObject(event) ? event : undefined;
  } catch {
    return undefined;
  }
}

/** What says again that something failed, without saying what. */
const hollow =
  /^(Analysis of target .* failed|Build did NOT complete successfully|command succeeded, but |Couldn't start the build|build interrupted)|^(Compiling|Linking|Executing|Building|Testing) .* failed|^Skipping '|failed; build aborted|failed: \((Exit|Killed|Aborted|Terminated)/;

/** Bazel's errors, apart from those of actions, which are told in events of their own. */
function ownProblems(
  stderr: string,
  refused: readonly string[],
  local: (file: string) => string,
): { readonly problems: readonly BazelProblem[]; readonly ofActions: readonly BazelProblem[] } {
  const { problems } = parseProblems(stderr, local);
  const ofActions = problems.filter(({ message }) => / failed: /.test(message));
  const own = problems.filter((one) => !hollow.test(one.message) && !ofActions.includes(one)).map(readable);
  const placed = own.filter(({ file }) => file !== undefined);
  const rest = own.filter((one) => !placed.includes(one) && !repeats(one.message, placed));
  const told = [...placed, ...rest];
  const more = refused.filter(
    (why) => !told.some(({ message }) => message.includes(why) || why.includes(message)),
  );
  const bare = more
    .filter((why) => !repeats(why, placed))
    .map((message) => ({
      ...{ message, file: undefined, line: undefined, column: undefined, package: undefined },
    }));
  return { problems: [...told, ...bare], ofActions };
}

/** Without the hashes of configurations, and the calls inside Bazel. */
function readable(problem: BazelProblem): BazelProblem {
  const message = problem.message
    .replace(/ \([0-9a-f]{64}\)/g, "")
    .replace(/\n\s+(at \S+\(.*\)|\.\.\. \d+ more)/g, "");
  return { ...problem, message };
}

/** `Error evaluating '//a:all': …`, `/a/BUILD: no such target …`: what was said with a place already. */
function repeats(message: string, placed: readonly BazelProblem[]): boolean {
  const bare = message.replace(/^\/\S+: /, "");
  return placed.some(
    (one) =>
      one.message.includes(bare) ||
      (one.package !== undefined &&
        /contains errors/.test(message) &&
        message.includes(`'${one.package.slice(2)}'`)),
  );
}

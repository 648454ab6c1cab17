import { realpath } from "node:fs/promises";
import path from "node:path";
import { isCancellation, SygaldryError } from "../../base/errors.ts";
import type { ProcessResult } from "../../base/process.ts";
import type { Environment } from "../../project/overrides.ts";
import type { Site } from "../../site/site.ts";
import { belowRoots } from "../below-roots.ts";
import type { BazelBuild, FailedAction, TestedTarget } from "../events/build.ts";
import { type BuildExit, buildExit } from "../events/exit.ts";
import { followBuild } from "../events/follow-build.ts";
import { buildReader } from "../events/reader.ts";
import type { BazelProgram } from "../workspace/program.ts";
import { type BuildOutputs, type BuildRequest, buildCommand, optionValue } from "./command.ts";
import { buildRecords, prepareRecords, removeRecord } from "./records.ts";

export interface BuildPlace {
  readonly site: Site;
  readonly bazel: BazelProgram;
  /** Of the workspace, and where the user stands in it; paths of this side. */
  readonly root: string;
  readonly cwd: string;
  readonly environment: Environment;
}

export interface BuildOptions {
  readonly onFailure?: (failure: FailedAction) => void;
  readonly onTest?: (test: TestedTarget) => void;
  /** What Bazel says, as it says it. */
  readonly onLine?: (line: string, stream: "stdout" | "stderr") => void;
  /** Whether Bazel's progress is shown in a terminal. */
  readonly terminal: boolean;
  /** The first interrupts the build, and leaves the server; the second ends the client at once. */
  readonly signal: AbortSignal;
  readonly kill?: AbortSignal;
}

export interface BuildOutcome {
  readonly build: BazelBuild;
  /** By the process; the events may lack it. */
  readonly exit: BuildExit;
  /** False when the events could not be read: the build then tells nothing. */
  readonly told: boolean;
  readonly stderr: string;
  /** Paths of the site; undefined when there is none. */
  readonly profile: string | undefined;
  readonly script: string | undefined;
}

/**
 * Runs the real `bazel build|test|run` at the site to its end, whatever comes of it, and reads its events meanwhile. Of `run` the
 * program is not run: `script` does that, and is the caller's to remove. Throws SYG-CANCELLED after the interrupted
 * build has ended.
 */
export async function runBuild(
  place: BuildPlace,
  request: BuildRequest,
  options: BuildOptions,
): Promise<BuildOutcome> {
  const { site, root, bazel } = place;
  const records = await buildRecords(site.kind, root, place.environment);
  const readable = await prepareRecords(site, records, options.signal);
  const own = (name: string, extension: string) =>
    readable && optionValue(request.args, name) === undefined
      ? path.join(records.folder, `${uniqueName()}.${extension}`)
      : undefined;
  const outputs: BuildOutputs = {
    events: own("build_event_json_file", "jsonl"),
    profile: readable && optionValue(request.args, "profile") === undefined ? records.profile : undefined,
    script: request.command === "run" ? own("script_path", "sh") : undefined,
  };
  const cwd = site.paths.site(place.cwd);
  const command = buildCommand({ program: bazel.program, cwd }, request, outputs, options.terminal);
  const given = (name: string) => absolute(cwd, optionValue(request.args, name));
  const events = outputs.events ?? given("build_event_json_file");
  try {
    const [result, build] = await runAndFollow(place, command, events, options);
    return {
      ...{ build, exit: build.exit ?? buildExit(result.exitCode), stderr: result.stderr },
      told: build.id !== undefined,
      profile: outputs.profile ?? given("profile"),
      script: outputs.script,
    };
  } catch (error) {
    if (outputs.script !== undefined) await removeRecord(site, outputs.script);
    throw error;
  } finally {
    if (outputs.events !== undefined) await removeRecord(site, outputs.events);
  }
}

async function runAndFollow(
  { site, root }: BuildPlace,
  command: ReturnType<typeof buildCommand>,
  events: string | undefined,
  { onFailure, onTest, onLine, signal, kill }: BuildOptions,
): Promise<readonly [ProcessResult, BazelBuild]> {
  const roots = [root, await realpath(root)];
  let over = false;
  const running = site
    .run(command, {
      ...{ signal, endWith: "SIGINT", daemons: "stay", keep: 1 << 20 },
      ...(kill === undefined ? {} : { kill }),
      ...(onLine === undefined ? {} : { onLine }),
    })
    .finally(() => {
      over = true;
    });
  const local = (file: string) => belowRoots(site.paths.local(file), roots);
  const following =
    events === undefined
      ? Promise.resolve(buildReader(local).build())
      : followBuild(site.paths.local(events), {
          ...{ reach: (file: string) => site.paths.local(file), local, isOver: () => over, over: running },
          ...(onFailure === undefined ? {} : { onFailure }),
          ...(onTest === undefined ? {} : { onTest }),
        });
  const [result, build] = await Promise.allSettled([running, following]);
  if (result.status === "rejected") throw cancelledOr(result.reason);
  if (build.status === "rejected") throw build.reason;
  return [result.value, build.value];
}

function cancelledOr(error: unknown): unknown {
  return isCancellation(error)
    ? new SygaldryError("SYG-CANCELLED", "the build was interrupted", { cause: error })
    : error;
}

function absolute(cwd: string, file: string | undefined): string | undefined {
  return file === undefined || file === "" ? undefined : path.posix.resolve(cwd, file);
}

function uniqueName(): string {
  return `${Date.now().toString(36)}-${process.pid.toString(36)}-${Math.random().toString(36).slice(2, 8)}`;
}

import { realpath } from "node:fs/promises";
import path from "node:path";
import { isCancellation, SygaldryError } from "../../base/errors.ts";
import { readTextIfExists } from "../../base/files.ts";
import type { Command, ProcessResult } from "../../base/process.ts";
import type { Environment } from "../../project/overrides.ts";
import type { Site } from "../../site/site.ts";
import { belowRoots } from "../below-roots.ts";
import type { BazelProgram } from "../workspace/program.ts";
import { type QueryPlace, shutdownCommand } from "./command.ts";
import { queryOutputBase } from "./output-base.ts";

export interface QueryOptions {
  readonly environment: Environment;
  /** As the site knows it; one that belongs to this workspace's questions when absent. */
  readonly outputBase?: string;
  readonly signal?: AbortSignal;
}

/** A workspace's Bazel, ready to be asked in an output base of its own. */
export interface OpenQuery {
  readonly place: QueryPlace;
  /**
   * Whatever the exit code; `onLine` gets the lines of stdout. Throws SYG-CANCELLED when the signal fires, after Bazel and
   * the server that it began have ended.
   */
  readonly run: (command: Command, onLine: (line: string) => void) => Promise<ProcessResult>;
  /** A file that Bazel names: below the root with '/', elsewhere absolute. */
  readonly local: (file: string) => string;
}

/** `root` is this side's path of the workspace. */
export async function openQuery(
  site: Site,
  { program, version }: BazelProgram,
  root: string,
  { environment, outputBase, signal }: QueryOptions,
): Promise<OpenQuery> {
  const real = await realpath(root);
  const siteRoot = site.paths.site(site.kind === "local" ? real : root);
  const locked = (await readTextIfExists(path.join(root, "MODULE.bazel.lock"))) !== undefined;
  const place: QueryPlace = {
    ...{ program, version, root: siteRoot, locked },
    outputBase: outputBase ?? queryOutputBase(site.kind, siteRoot, environment),
  };
  return {
    place,
    run: (command, onLine) => runQuery(site, place, command, onLine, signal),
    local: (file) => belowRoots(site.paths.local(file), [root, real]),
  };
}

/** Ends the server of an output base that nobody asks any more. */
export async function endServer(
  site: Site,
  bazel: BazelProgram,
  root: string,
  { signal: _ended, ...options }: QueryOptions,
): Promise<void> {
  const { place } = await openQuery(site, bazel, root, options);
  await site.run(shutdownCommand(place), { timeout: 20_000 });
}

/** What Bazel says where it has no answer at all. */
export function queryFailure(program: string, { exitCode, stderr }: ProcessResult): SygaldryError {
  const errors = stderr.split("\n").filter((line) => /^(ERROR|FATAL)\b/.test(line));
  const said = (errors.length > 0 ? errors : stderr.trim().split("\n")).slice(-12).join("\n");
  return new SygaldryError("SYG-BAZEL", `${program} query exited with ${exitCode}\n${said}`.trimEnd(), {
    next: "`sygaldry bazel targets --scan` reads the BUILD files alone.",
    data: { exitCode },
  });
}

async function runQuery(
  site: Site,
  place: QueryPlace,
  command: Command,
  onLine: (line: string) => void,
  signal: AbortSignal | undefined,
): Promise<ProcessResult> {
  const begun = signal?.aborted !== true;
  try {
    const take = (line: string, stream: "stdout" | "stderr") => {
      if (stream === "stdout") onLine(line);
    };
    const cancel = signal === undefined ? {} : { signal };
    return await site.run(command, { onLine: take, keep: 1 << 20, endWith: "SIGINT", ...cancel });
  } catch (error) {
    // An interrupted question leaves its server idle, or half started.
    if (isCancellation(error) && begun)
      await site.run(shutdownCommand(place), { timeout: 20_000 }).catch(() => {});
    throw error;
  }
}

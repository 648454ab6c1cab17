import { mkdir, mkdtemp, readdir, realpath } from "node:fs/promises";
import path from "node:path";
import { SygaldryError } from "../../base/errors.ts";
import type { ProcessResult } from "../../base/process.ts";
import { removeReadOnly } from "../../base/remove-folder.ts";
import type { Site } from "../../site/site.ts";
import { bazelCommand, type QueryPlace } from "../query/command.ts";
import { scratchFolder } from "../query/output-base.ts";
import { endServer, openQuery, type QueryOptions } from "../query/run-query.ts";
import type { BazelProgram } from "../workspace/program.ts";
import { type ActionComparison, compareActions } from "./compare-actions.ts";
import { compareFiles, type FileDifference } from "./compare-files.ts";
import { readExecutionLog } from "./execution-log.ts";

export interface ReproduceOptions extends QueryOptions {
  /** Labels or patterns, as Bazel takes them. */
  readonly targets: readonly string[];
  /** Further options of `bazel build`. */
  readonly flags: readonly string[];
  /** Leaves the output bases and logs of two builds where they are. */
  readonly keep: boolean;
  /** Called when a build begins, and for what Bazel says. */
  readonly onBuild?: (which: "first" | "second") => void;
  readonly onLine?: (line: string) => void;
}

export interface Reproduction extends ActionComparison {
  /** By the output's path, for those of which both builds have the file. */
  readonly files: ReadonlyMap<string, FileDifference>;
  /** Where the output bases and logs are; undefined when they were removed. */
  readonly kept: string | undefined;
}

/** So many outputs are looked into; the digests tell of all that they differ. */
const looked = 100;

/**
 * Builds twice, each time in an empty output base and without any cache, and compares what each action took and made.
 * Neither the user's output base nor the links in the workspace are touched. Throws SYG-BAZEL when a build fails.
 */
export async function reproduce(
  site: Site,
  bazel: BazelProgram,
  root: string,
  options: ReproduceOptions,
): Promise<Reproduction> {
  const base = site.paths.local(scratchFolder(site.kind, options.environment));
  await mkdir(base, { recursive: true });
  const scratch = await realpath(await mkdtemp(path.join(base, "reproduce-")));
  let keep = false;
  try {
    for (const which of ["first", "second"] as const) await build(site, bazel, root, scratch, which, options);
    const [first, second] = [logOf(scratch, "first"), logOf(scratch, "second")];
    const logs = [
      await readExecutionLog(first, options.signal),
      await readExecutionLog(second, options.signal),
    ];
    const compared = compareActions(logs[0] ?? new Map(), logs[1] ?? new Map());
    const files = await lookInto(scratch, compared);
    keep = options.keep;
    return { ...compared, files, kept: keep ? scratch : undefined };
  } finally {
    if (!keep) await removeReadOnly(scratch);
  }
}

function logOf(scratch: string, which: string): string {
  return path.join(scratch, `${which}.json`);
}

async function build(
  site: Site,
  bazel: BazelProgram,
  root: string,
  scratch: string,
  which: "first" | "second",
  options: ReproduceOptions,
): Promise<void> {
  options.onBuild?.(which);
  const query = { ...options, outputBase: site.paths.site(path.join(scratch, which)) };
  const { place } = await openQuery(site, bazel, root, query);
  const log = site.paths.site(logOf(scratch, which));
  const take = (line: string) => options.onLine?.(line);
  const cancel = options.signal === undefined ? {} : { signal: options.signal };
  try {
    const command = buildCommand(place, log, options);
    const result = await site.run(command, { onLine: take, keep: 1 << 20, endWith: "SIGINT", ...cancel });
    if (result.exitCode !== 0) throw failure(bazel.program, which, result);
  } finally {
    await endServer(site, bazel, root, query).catch(() => {});
  }
}

function buildCommand(place: QueryPlace, log: string, { targets, flags }: ReproduceOptions) {
  const [major = 9, minor = 0] = place.version.number ?? [];
  // Only one form of the log may be asked for, and the workspace's .bazelrc may ask for another.
  const others = ["--execution_log_binary_file="];
  if (major > 7 || (major === 7 && minor >= 1)) others.push("--execution_log_compact_file=");
  return bazelCommand(place, [], "build", [
    ...flags,
    ...["--disk_cache=", "--remote_cache=", "--remote_executor=", "--bes_backend="],
    ...["--experimental_convenience_symlinks=ignore", ...others, `--execution_log_json_file=${log}`],
    ...(place.locked ? [] : ["--lockfile_mode=off"]),
    ...["--color=no", "--curses=no", "--noshow_progress", "--", ...targets],
  ]);
}

function failure(program: string, which: string, { exitCode, stderr }: ProcessResult): SygaldryError {
  const errors = stderr.split("\n").filter((line) => /^(ERROR|FATAL)\b/.test(line));
  const said = (errors.length > 0 ? errors : stderr.trim().split("\n")).slice(-12).join("\n");
  return new SygaldryError(
    "SYG-BAZEL",
    `the ${which} build failed: ${program} exited with ${exitCode}\n${said}`,
    {
      next: "Make it build first: `bazel build`.",
      data: { exitCode },
    },
  );
}

async function lookInto(
  scratch: string,
  { different }: ActionComparison,
): Promise<ReadonlyMap<string, FileDifference>> {
  const [first, second] = [await execRoot(scratch, "first"), await execRoot(scratch, "second")];
  const found = new Map<string, FileDifference>();
  if (first === undefined || second === undefined) return found;
  const outputs = different.flatMap((action) => action.outputs).slice(0, looked);
  for (const { path: file } of outputs) {
    // A file that only one build made, a link, or one that another action has written over.
    const difference = await compareFiles(path.join(first, file), path.join(second, file)).catch(
      () => undefined,
    );
    if (difference !== undefined) found.set(file, difference);
  }
  return found;
}

/** Named `_main` since Bazel 7, before that as the workspace. */
async function execRoot(scratch: string, which: string): Promise<string | undefined> {
  const folder = path.join(scratch, which, "execroot");
  const names = await readdir(folder).catch(() => []);
  const name = names.find((each) => each === "_main") ?? names.find((each) => !each.startsWith("."));
  return name === undefined ? undefined : path.join(folder, name);
}

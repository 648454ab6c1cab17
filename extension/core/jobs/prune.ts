import { readdir, rm } from "node:fs/promises";
import path from "node:path";
import { withLock } from "../base/lock.ts";
import { type LockHolder, thisProcess } from "../base/lock-holder.ts";
import { silentLog } from "../base/log.ts";
import { lockFile, logName, parseLogName, statusFile } from "./layout.ts";
import type { RunnerOf } from "./runner.ts";
import type { JobStatus } from "./status/status.ts";
import { type Job, listAllRuns, readJob } from "./store.ts";

export interface PruneOptions {
  /** Runs that ended so many milliseconds ago. */
  readonly olderThan?: number | undefined;
  /** More runs of one job than this, the oldest first. */
  readonly keep?: number | undefined;
  /** The oldest runs, until all logs together have no more bytes. */
  readonly maxSize?: number | undefined;
  /** The latest run of a job is left for so many milliseconds after its end. */
  readonly spare?: number | undefined;
  readonly dryRun: boolean;
  /** For what a lost run may have left, wherever that was. */
  readonly runnerOf: RunnerOf;
  readonly signal?: AbortSignal | undefined;
}

/** A run whose log is removed, with all its parts; its status too, when it is the job's latest. */
export interface PrunedRun {
  readonly job: string;
  readonly run: string;
  readonly size: number;
}

interface Candidate extends PrunedRun {
  readonly changed: number;
  /** Its place among the job's runs, the latest being 0. */
  readonly age: number;
}

/**
 * Removes runs that have ended, by age, number and size. A run that lives, or may live, is never touched. Throws what the
 * first run that cannot be removed says, after all others.
 */
export async function pruneJobs(folder: string, options: PruneOptions): Promise<readonly PrunedRun[]> {
  const { maxSize = Number.POSITIVE_INFINITY } = options;
  const all = await candidatesIn(folder);
  const hasEnded = endedIn(folder, await thisProcess("sygaldry job prune"), options);
  const chosen = new Set<Candidate>();
  for (const one of all) if (isDue(one, options) && (await hasEnded(one))) chosen.add(one);
  let total = all.reduce((sum, one) => sum + (chosen.has(one) ? 0 : one.size), 0);
  for (const one of all.toSorted((a, b) => a.changed - b.changed)) {
    if (total <= maxSize) break;
    if (chosen.has(one) || isFresh(one, options) || !(await hasEnded(one))) continue;
    chosen.add(one);
    total -= one.size;
  }
  const files = await filesOfRuns(folder);
  const removed: PrunedRun[] = [];
  const failures: unknown[] = [];
  for (const { job, run, size } of chosen) {
    try {
      const names = files.get(logName(job, run)) ?? [];
      if (options.dryRun || (await removeRun(folder, { job, run, names }, options)))
        removed.push({ job, run, size });
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0) throw failures[0];
  return removed;
}

async function candidatesIn(folder: string): Promise<readonly Candidate[]> {
  return [...(await listAllRuns(folder))].flatMap(([job, runs]) =>
    runs
      .toReversed()
      .map(({ run, size, changed }, age) => ({ job, run, size, changed: changed.getTime(), age })),
  );
}

function isDue(one: Candidate, options: PruneOptions): boolean {
  const { olderThan = Number.POSITIVE_INFINITY, keep = Number.POSITIVE_INFINITY } = options;
  return (Date.now() - one.changed > olderThan || one.age >= keep) && !isFresh(one, options);
}

function isFresh({ age, changed }: Candidate, { spare = 0 }: PruneOptions): boolean {
  return age === 0 && Date.now() - changed < spare;
}

/** Whether a run has ended, by its job's status, which is read once. */
function endedIn(folder: string, self: LockHolder, options: PruneOptions) {
  const live = new Map<string, JobStatus | undefined>();
  return async ({ job, run }: PrunedRun): Promise<boolean> => {
    if (!live.has(job)) {
      const found = await readJob(folder, job, self);
      live.set(job, found !== undefined && (await mayLive(found, options)) ? found.status : undefined);
    }
    const current = live.get(job);
    return current === undefined || !needs(current, run);
  };
}

/** The run itself, or one that it has taken over, in whose folder it goes on. */
function needs(status: JobStatus, run: string): boolean {
  // The original runner does not say which log is the live one's.
  if (status.run === undefined || status.run === run) return true;
  return isRunFolder(path.basename(status.handle["folder"] ?? ""), status.job, run);
}

/** What a lost run left may be at work without its supervisor; so it may where its place cannot be asked from here. */
async function mayLive(
  { status, verdict }: Job,
  { runnerOf, signal }: Pick<PruneOptions, "runnerOf" | "signal">,
): Promise<boolean> {
  if (verdict.life !== "ended") return true;
  if (status.state !== "LOST" || status.on === undefined || status.handle["mark"] === undefined) return false;
  try {
    return (await runnerOf(status.on).look(status.handle, signal))?.state !== "ended";
  } catch {
    return true;
  }
}

/** False when it lives after all: it was looked at before, and is looked at again while nobody can start one. */
async function removeRun(
  folder: string,
  { job, run, names }: { readonly job: string; readonly run: string; readonly names: readonly string[] },
  options: PruneOptions,
): Promise<boolean> {
  const { signal } = options;
  return withLock(lockFile(folder, job), { what: "sygaldry job prune", log: silentLog, signal }, async () => {
    const now = await readJob(folder, job);
    if (now !== undefined && needs(now.status, run) && (await mayLive(now, options))) return false;
    for (const name of names) await rm(path.join(folder, name), { recursive: true, force: true });
    if (now?.status.run === run) await rm(statusFile(folder, job), { force: true });
    return true;
  });
}

/** The logs, their parts and the folders of all runs, by the name of the log; read once, for there may be thousands. */
async function filesOfRuns(folder: string): Promise<ReadonlyMap<string, readonly string[]>> {
  const files = new Map<string, string[]>();
  for (const name of await readdir(folder)) {
    const log = parseLogName(name);
    const run = log === undefined ? runFolder.exec(name)?.[1] : undefined;
    const key = log === undefined ? `${run}.jsonl` : logName(log.job, log.run);
    if (log === undefined && run === undefined) continue;
    const known = files.get(key);
    if (known === undefined) files.set(key, [name]);
    else known.push(name);
  }
  return files;
}

/** What the slurm runner makes, one for each attempt. */
const runFolder = /^(.+-\d{8}-\d{6})\.slurm(?:-\d+)?$/;

function isRunFolder(name: string, job: string, run: string): boolean {
  return runFolder.exec(name)?.[1] === `${job}-${run}`;
}

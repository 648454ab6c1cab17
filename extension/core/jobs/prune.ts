import { readdir, rm, stat } from "node:fs/promises";
import path from "node:path";
import { withLock } from "../base/lock.ts";
import { silentLog } from "../base/log.ts";
import { isJobName, lockFile, statusFile } from "./layout.ts";
import { listJobs, listRuns, readJob } from "./store.ts";

export interface PruneOptions {
  /** Runs that ended so many milliseconds ago. */
  readonly olderThan?: number | undefined;
  /** More runs of one job than this, the oldest first. */
  readonly keep?: number | undefined;
  /** The oldest runs, until all logs together have no more bytes. */
  readonly maxSize?: number | undefined;
  readonly dryRun: boolean;
  readonly signal?: AbortSignal | undefined;
}

/** A run whose log is removed; its status too, when it is the job's latest. */
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

/** Removes runs that have ended, by age, number and size. A run that lives, or may live, is never touched. */
export async function pruneJobs(folder: string, options: PruneOptions): Promise<readonly PrunedRun[]> {
  const candidates = await endedRuns(folder, options.signal);
  const now = Date.now();
  const chosen = new Set(
    candidates.filter(
      ({ changed, age }) =>
        (options.olderThan !== undefined && now - changed > options.olderThan) ||
        (options.keep !== undefined && age >= options.keep),
    ),
  );
  if (options.maxSize !== undefined) {
    let total = await logSize(folder);
    for (const one of chosen) total -= one.size;
    for (const one of candidates.toSorted((a, b) => a.changed - b.changed)) {
      if (total <= options.maxSize) break;
      if (chosen.has(one)) continue;
      chosen.add(one);
      total -= one.size;
    }
  }
  const removed: PrunedRun[] = [];
  for (const { job, run, size } of chosen) {
    if (options.dryRun || (await removeRun(folder, job, run, options.signal)))
      removed.push({ job, run, size });
  }
  return removed;
}

async function endedRuns(folder: string, signal: AbortSignal | undefined): Promise<readonly Candidate[]> {
  const live = new Map(
    (await listJobs(folder, signal))
      .filter(({ verdict }) => verdict.life !== "ended")
      .map(({ status }) => [status.job, status]),
  );
  const found: Candidate[] = [];
  for (const job of await jobsWithLogs(folder)) {
    const runs = (await listRuns(folder, job)).toReversed();
    runs.forEach(({ run, size, changed }, age) => {
      const current = live.get(job);
      // The original runner does not say which log is the live one's.
      if (current !== undefined && (current.run === undefined || current.run === run)) return;
      found.push({ job, run, size, changed: changed.getTime(), age });
    });
  }
  return found;
}

/** False when it lives after all: it was looked at before, and is looked at again while nobody can start one. */
async function removeRun(
  folder: string,
  job: string,
  run: string,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  return withLock(lockFile(folder, job), { what: "sygaldry job prune", log: silentLog, signal }, async () => {
    const now = await readJob(folder, job);
    const isLatest = now?.status.run === undefined || now.status.run === run;
    if (now !== undefined && isLatest && now.verdict.life !== "ended") return false;
    await rm(path.join(folder, `${job}-${run}.jsonl`), { force: true });
    for (const name of await readdir(folder)) {
      if (isRunFolder(name, job, run)) await rm(path.join(folder, name), { recursive: true, force: true });
    }
    if (now?.status.run === run) await rm(statusFile(folder, job), { force: true });
    return true;
  });
}

/** What the slurm runner makes, one for each attempt. */
function isRunFolder(name: string, job: string, run: string): boolean {
  return (
    name.startsWith(`${job}-${run}.slurm`) && /^(?:-\d+)?$/.test(name.slice(`${job}-${run}.slurm`.length))
  );
}

async function jobsWithLogs(folder: string): Promise<ReadonlySet<string>> {
  const names = (await readdir(folder).catch(() => [])).map(
    (file) => /^(.+)-\d{8}-\d{6}\.jsonl$/.exec(file)?.[1],
  );
  return new Set(names.filter((name): name is string => name !== undefined && isJobName(name)));
}

async function logSize(folder: string): Promise<number> {
  let total = 0;
  for (const file of await readdir(folder).catch(() => [])) {
    if (file.endsWith(".jsonl"))
      total += (await stat(path.join(folder, file)).catch(() => undefined))?.size ?? 0;
  }
  return total;
}

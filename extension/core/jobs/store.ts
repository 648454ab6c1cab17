import { closeSync, constants, fstatSync, openSync, readdirSync, readFileSync, readSync } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import path from "node:path";
import { SygaldryError, systemCode } from "../base/errors.ts";
import { type LockHolder, thisProcess } from "../base/lock-holder.ts";
import { checkJobName, isJobName, logName, parseLogName, statusEnding, statusFile } from "./layout.ts";
import { type WrittenWithin, writtenWithin } from "./status/heartbeat-age.ts";
import { judgeStatus, type Verdict } from "./status/liveness.ts";
import { parseStatus } from "./status/parse-status.ts";
import { isFinal, type JobStatus } from "./status/status.ts";

/** A job as it is now: what its status file says, and whether that can still be true. */
export interface Job {
  readonly status: JobStatus;
  readonly verdict: Verdict;
}

/** Reads and judges one job: one small file. Undefined when there is none. Throws SYG-JOB-NAME. */
export async function readJob(folder: string, name: string, self?: LockHolder): Promise<Job | undefined> {
  checkJobName(name);
  const read = () => readSmall(statusFile(folder, name));
  return judged(name, self ?? (await thisProcess("sygaldry job")), writtenWithin(folder), read);
}

/** `readJob`, with SYG-JOB-MISSING for a job that is not there. */
export async function requireJob(folder: string, name: string): Promise<Job> {
  const job = await readJob(folder, name);
  if (job !== undefined) return job;
  throw new SygaldryError("SYG-JOB-MISSING", `there is no job ${name} in ${folder}`, {
    next: "See `sygaldry job list`.",
  });
}

/** All jobs of a folder by name, read without their logs. Empty when there is no such folder. */
export async function listJobs(folder: string, signal?: AbortSignal): Promise<readonly Job[]> {
  const jobs: Job[] = [];
  for await (const batch of jobBatches(folder, signal)) jobs.push(...batch);
  return jobs;
}

/** Reading is synchronous, which is many times faster for small files; so others get their turn after so many. */
const batchSize = 500;

/** The same a few hundred at a time: of thousands, not all need be there at once. */
export async function* jobBatches(folder: string, signal?: AbortSignal): AsyncGenerator<readonly Job[]> {
  const names = namesIn(folder);
  const isFresh = writtenWithin(folder);
  for (let at = 0; at < names.length; at += batchSize) {
    if (signal?.aborted === true) throw new SygaldryError("SYG-CANCELLED", "listing jobs was cancelled");
    yield await readJobs(folder, names.slice(at, at + batchSize), isFresh);
    await new Promise(setImmediate);
  }
}

async function readJobs(
  folder: string,
  names: readonly string[],
  isFresh: WrittenWithin,
): Promise<readonly Job[]> {
  let self: LockHolder | undefined;
  const jobs: Job[] = [];
  for (const name of names) {
    const file = `${folder}/${name}${statusEnding}`;
    const text = readAnyhow(file);
    const status = text === undefined ? undefined : parseStatus(text);
    // Nothing can be said against these, and they are most.
    if (status !== undefined && isFinal(status)) jobs.push({ status, verdict: { life: "ended" } });
    else if (text !== undefined) {
      self ??= await thisProcess("sygaldry job list");
      const job = await judged(name, self, isFresh, () => readAnyhow(file));
      if (job !== undefined) jobs.push(job);
    }
  }
  return jobs;
}

/** The runs of a job that have a log, oldest first. Throws SYG-JOB-NAME. */
export async function listRuns(folder: string, job: string): Promise<readonly RunLog[]> {
  checkJobName(job);
  return (await runsIn(folder, (name) => name === job)).get(job) ?? [];
}

/** The same of every job in the folder, those without a status too. */
export async function listAllRuns(folder: string): Promise<ReadonlyMap<string, readonly RunLog[]>> {
  return runsIn(folder, () => true);
}

export interface RunLog {
  readonly run: string;
  /** In the jobs folder: the log, whose end it is when there are earlier parts. */
  readonly file: string;
  /** Bytes of all parts. */
  readonly size: number;
  /** When the last of them was written. */
  readonly changed: Date;
}

async function runsIn(
  folder: string,
  isWanted: (job: string) => boolean,
): Promise<ReadonlyMap<string, readonly RunLog[]>> {
  const logs = new Map<string, RunLog & { readonly job: string }>();
  for (const name of await readdir(folder).catch(() => [])) {
    const log = parseLogName(name);
    if (log === undefined || !isWanted(log.job)) continue;
    const found = await stat(path.join(folder, name)).catch(() => undefined);
    if (found === undefined) continue;
    const { job, run } = log;
    const file = logName(job, run);
    const { size, changed } = logs.get(file) ?? { size: 0, changed: new Date(0) };
    const latest = new Date(Math.max(found.mtime.getTime(), changed.getTime()));
    logs.set(file, { job, run, file, size: size + found.size, changed: latest });
  }
  const jobs = new Map<string, RunLog[]>();
  for (const { job, ...log } of [...logs.values()].sort((a, b) => (a.run < b.run ? -1 : 1))) {
    const runs = jobs.get(job);
    if (runs === undefined) jobs.set(job, [log]);
    else runs.push(log);
  }
  return jobs;
}

/**
 * Undefined when there is nothing to read. A supervisor that was there when its status was read and is gone when it is looked
 * for has written how it ended in between: so the dead are read again, until what they say stays the same.
 */
async function judged(
  name: string,
  self: LockHolder,
  isFresh: WrittenWithin,
  read: () => string | undefined | Promise<string | undefined>,
): Promise<Job | undefined> {
  for (let text = await read(); text !== undefined; ) {
    const status = parseStatus(text) ?? unreadable(name);
    const verdict = await judgeStatus(status, self, isFresh);
    const now = verdict.life === "dead" ? await read() : text;
    if (now === text) return { status, verdict };
    text = now;
  }
  return undefined;
}

/** A file that says nothing: a crash of the machine, or a full disk of the original runner, can leave it empty. */
function unreadable(job: string): JobStatus {
  return {
    ...{ state: "LOST", job, ts: new Date(0).toISOString(), handle: {}, cause: "lost" },
    reason: "its status file cannot be read, or holds no status",
  };
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
      .filter((file) => file.endsWith(statusEnding))
      .map((file) => file.slice(0, -statusEnding.length))
      .filter(isJobName)
      .sort();
  } catch (error) {
    if (systemCode(error) === "ENOENT" || systemCode(error) === "ENOTDIR") return [];
    throw error;
  }
}

/** Empty for one that cannot be read: it does not keep others from being listed. */
function readAnyhow(file: string): string | undefined {
  try {
    return readSmall(file);
  } catch {
    return "";
  }
}

const buffer = Buffer.alloc(64 * 1024);

/** A small file; undefined when it is gone, empty for what is no file (a folder, a pipe, a device), which is not waited for. */
function readSmall(file: string): string | undefined {
  let descriptor: number | undefined;
  try {
    descriptor = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK);
    const length = readSync(descriptor, buffer, 0, buffer.length, 0);
    if (length < buffer.length) return buffer.toString("utf8", 0, length);
    // The original runner's, which appends.
    return fstatSync(descriptor).isFile() ? readFileSync(descriptor, "utf8") : "";
  } catch (error) {
    const code = systemCode(error);
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    if (code === "EISDIR" || code === "ESPIPE" || code === "EAGAIN" || code === "ENXIO") return "";
    throw error;
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}

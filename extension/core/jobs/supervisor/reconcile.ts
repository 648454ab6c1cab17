import { closeSync, fstatSync, openSync, readSync, writeSync } from "node:fs";
import path from "node:path";
import { withLock } from "../../base/lock.ts";
import type { LockHolder } from "../../base/lock-holder.ts";
import { silentLog } from "../../base/log.ts";
import { lockFile } from "../layout.ts";
import { formatEvent } from "../log/event.ts";
import { tailLog } from "../log/tail-log.ts";
import { recordedEnd } from "../runners/slurm/slurm-runner.ts";
import { endCause } from "../status/parse-status.ts";
import { lost } from "../status/shown-status.ts";
import type { JobStatus } from "../status/status.ts";
import { removeWriterFiles, statusWriter } from "../status/write-status.ts";
import { type Job, readJob } from "../store.ts";
import { finalState } from "./final-state.ts";

/**
 * Writes down that a run is lost, once, however many readers find it out at the same time. Only for what is certain, and
 * only for our own files: the original runner's, and those whose supervisor cannot be looked at, are left alone.
 * Gives the job as it is afterwards.
 */
export async function reconcile(
  folder: string,
  job: Job,
  self: LockHolder,
  signal?: AbortSignal,
): Promise<Job> {
  if (!isCertain(job)) return job;
  const name = job.status.job;
  return withLock(lockFile(folder, name), { what: "sygaldry job", log: silentLog, signal }, async () => {
    const now = await readJob(folder, name, self);
    if (now === undefined || !isCertain(now)) return now ?? job;
    return markLost(folder, now);
  });
}

/** For whoever holds the job's lock. */
export async function markLost(folder: string, job: Job): Promise<Job> {
  const status = { ended: new Date().toISOString(), ...(await lastStatus(folder, job)) };
  await appendEnd(folder, status);
  // Before this process makes its own: it may have the number of the one that is gone.
  if (status.supervisor !== undefined) removeWriterFiles(folder, status.job, status.supervisor.pid);
  const writer = statusWriter(folder, status.job);
  try {
    writer.write(status, true);
  } finally {
    writer.dispose();
  }
  return { status, verdict: { life: "ended" } };
}

/**
 * What is in writing of its end: the log's last event, when the supervisor was killed before it could write the status; what
 * the run itself has left, where its place keeps that. Else that it is lost.
 */
async function lastStatus(folder: string, { status, verdict }: Job): Promise<JobStatus> {
  const logged = await loggedEnd(folder, status);
  if (logged !== undefined) return logged;
  const end = status.on === "slurm" ? await recordedEnd(status.handle) : undefined;
  if (end === undefined) return lost(status, verdict.why);
  const { rc, cause, signal } = end;
  const why = `${end.reason === undefined ? "" : `${end.reason}; `}its supervisor was gone, what it wrote since is in ${status.handle["folder"]}`;
  return {
    ...{ ...status, state: finalState(end), cause, reason: why },
    ...(rc === undefined ? {} : { rc }),
    ...(signal === undefined ? {} : { signal }),
  };
}

const endings: Readonly<Record<string, JobStatus["state"]>> = {
  ...{ done: "DONE", failed: "FAILED", stopped: "STOPPED", lost: "LOST" },
};

async function loggedEnd(folder: string, status: JobStatus): Promise<JobStatus | undefined> {
  const file = logFile(folder, status);
  const [last] = file === undefined ? [] : (await tailLog(file, { lines: 1 })).events;
  const state = endings[last?.event ?? ""];
  if (last === undefined || state === undefined) return undefined;
  const { rc, msg } = last;
  const cause = endCause(last["cause"]);
  const signal = typeof last["signal"] === "string" ? last["signal"] : undefined;
  return { ...status, state, rc, cause, signal, reason: msg, ended: last.ts, memory: undefined };
}

function logFile(folder: string, { log }: JobStatus): string | undefined {
  return log === undefined || path.basename(log) !== log ? undefined : path.join(folder, log);
}

export function isCertain({ status, verdict }: Job): boolean {
  return verdict.life === "dead" && status.supervisor !== undefined;
}

/** One event at the log's end, on a line of its own even where a crash cut the last one off. */
async function appendEnd(folder: string, status: JobStatus): Promise<void> {
  const { job, run, reason, rc, cause } = status;
  const name = status.state.toLowerCase();
  const file = logFile(folder, status);
  if (file === undefined) return;
  const [last] = (await tailLog(file, { lines: 1 })).events;
  if (last?.event === name) return;
  let descriptor: number;
  try {
    descriptor = openSync(file, "a+");
  } catch {
    return;
  }
  try {
    const { size } = fstatSync(descriptor);
    const end = Buffer.alloc(1);
    const cut = size > 0 && readSync(descriptor, end, 0, 1, size - 1) === 1 && end[0] !== 10;
    const event = {
      ts: new Date().toISOString(),
      event: name,
      job,
      run,
      ...(rc === undefined ? {} : { rc, cause }),
      msg: reason,
      seq: (last?.seq ?? 0) + 1,
    };
    writeSync(descriptor, `${cut ? "\n" : ""}${formatEvent(event)}`);
  } finally {
    closeSync(descriptor);
  }
}

import { writeFileSync } from "node:fs";
import { messageOf, SygaldryError } from "../base/errors.ts";
import { watchFile } from "../base/file-changes.ts";
import { thisProcess } from "../base/lock-holder.ts";
import { statusFile, stopRequestFile } from "./layout.ts";
import type { RunnerOf } from "./runner.ts";
import { shownStatus } from "./status/shown-status.ts";
import { isFinal, type JobStatus } from "./status/status.ts";
import { type Job, readJob, requireJob } from "./store.ts";
import { reconcile } from "./supervisor/reconcile.ts";

export interface StopOptions {
  /** For the log: who asks. */
  readonly by: string;
  /** What ends a run of a kind (JobStatus.on) that has lost its supervisor. */
  readonly runnerOf: RunnerOf;
  /** Milliseconds between TERM and KILL for what a dead supervisor left. */
  readonly grace: number;
  /** Milliseconds to wait for the supervisor to end its run. */
  readonly patience: number;
  readonly signal?: AbortSignal | undefined;
}

export interface Stopped {
  readonly status: JobStatus;
  /** It had ended before; processes that it left may have been ended all the same. */
  readonly before: boolean;
}

/**
 * Ends a job with all its processes and waits for it. What a dead supervisor left is ended too. Throws SYG-JOB-MISSING, and
 * SYG-JOB when its status does not tell its runner or its supervisor does not answer.
 */
export async function stopJob(folder: string, name: string, options: StopOptions): Promise<Stopped> {
  const self = await thisProcess("sygaldry job stop");
  const job = await reconcile(folder, await requireJob(folder, name), self, options.signal);
  const { status, verdict } = job;
  if (verdict.life === "ended") {
    if (status.state === "LOST") await endLeftovers(status, options);
    return { status, before: true };
  }
  const { supervisor, run } = status;
  if (supervisor === undefined || run === undefined) {
    const pid = status.pid === undefined ? "" : ` (process ${status.pid})`;
    throw new SygaldryError("SYG-JOB", `${name} was not started by this runner${pid}`, {
      next: "End it where it was started.",
    });
  }
  const here = supervisor.host === self.host && (verdict.life === "alive" || verdict.life === "stalled");
  const refused = requestStop(stopRequestFile(folder, name), `${run}\n${options.by}\n`);
  const woken = here && wake(supervisor.pid);
  // On a full disk the signal alone must do; it says less.
  if (refused !== undefined && !woken) throw refused;
  const last = await waitForEnd(folder, name, run, options);
  if (last !== undefined) {
    const ended = await reconcile(folder, last, self, options.signal);
    // Its supervisor was killed meanwhile.
    if (ended.status.run === run && shownStatus(ended).state === "LOST")
      await endLeftovers(ended.status, options);
    return { status: shownStatus(ended), before: false };
  }
  throw new SygaldryError("SYG-JOB", `${name} did not end: its supervisor does not answer`, {
    next: `Look at process ${supervisor.pid} on ${supervisor.host}; \`sygaldry job health ${name}\` tells more.`,
  });
}

/** The job as the run `run` ended; undefined when `patience` is over first. */
async function waitForEnd(
  folder: string,
  name: string,
  run: string,
  { patience, signal }: StopOptions,
): Promise<Job | undefined> {
  const until = performance.now() + patience;
  const changes = watchFile(statusFile(folder, name), 200);
  try {
    while (performance.now() < until) {
      const job = await readJob(folder, name);
      if (job === undefined) return undefined;
      const shown = shownStatus(job);
      if (isFinal(shown) || shown.run !== run) return job;
      await changes.next(signal);
    }
    return undefined;
  } finally {
    changes.dispose();
  }
}

async function endLeftovers(status: JobStatus, { runnerOf, grace, signal }: StopOptions): Promise<void> {
  // Nothing carries a mark in runs of the original runner: what they left cannot be told from others' processes.
  if (status.handle["mark"] === undefined) return;
  const runner = status.on === undefined ? undefined : runnerOf(status.on);
  if (runner === undefined) {
    const place = Object.entries(status.handle)
      .map(([word, value]) => `${word} ${value}`)
      .join(", ");
    throw new SygaldryError(
      "SYG-JOB",
      `${status.job} was lost, and what it may have left cannot be ended from here`,
      { next: `End it where it ran: ${place}.` },
    );
  }
  await runner.end(status.handle, grace, signal);
}

/** What keeps the request from being written. */
function requestStop(file: string, text: string): SygaldryError | undefined {
  try {
    writeFileSync(file, text);
    return undefined;
  } catch (cause) {
    return new SygaldryError("SYG-FILE", `${file} cannot be written: ${messageOf(cause)}`, {
      cause,
      next: "Stop the job as the user who started it, or make room for this file.",
    });
  }
}

/** A supervisor looks for requests now and then; this makes it look at once. False when it may not be sent a signal. */
function wake(pid: number): boolean {
  try {
    process.kill(pid, "SIGTERM");
    return true;
  } catch {
    // In another pid namespace, or another user's: it finds the request itself.
    return false;
  }
}

import { randomBytes } from "node:crypto";
import { mkdirSync, rmSync } from "node:fs";
import path from "node:path";
import { SygaldryError, systemCode } from "../../base/errors.ts";
import { withLock } from "../../base/lock.ts";
import { thisProcess } from "../../base/lock-holder.ts";
import { silentLog } from "../../base/log.ts";
import { redactor } from "../../base/redact.ts";
import { shellJoin } from "../../base/shell.ts";
import { checkJobName, lockFile, logName, runAt, stopRequestFile, timeOfRun } from "../layout.ts";
import { createLog, type LogWriter } from "../log/log-writer.ts";
import type { RunHandle, RunnerKind, RunnerOf } from "../runner.ts";
import { isFinal, type JobStatus } from "../status/status.ts";
import { statusWriter } from "../status/write-status.ts";
import { type Job, readJob } from "../store.ts";
import { adoptable } from "./adoptable.ts";
import { type Journal, journalOf } from "./journal.ts";
import { isCertain, markLost } from "./reconcile.ts";
import type { SupervisorRequest } from "./request.ts";

export interface Claim {
  readonly job: string;
  readonly run: string;
  readonly mark: string;
  readonly journal: Journal;
  /** Of the run that it takes over. */
  readonly adopted?: RunHandle | undefined;
}

/**
 * Makes this process the owner of a new run: one process alone, however many try at once. Throws SYG-JOB-RUNNING when a run
 * of that name is, or may be, at work, SYG-JOB-NAME for a name that cannot be, and what adoptable throws.
 */
export async function claimRun(
  request: SupervisorRequest,
  on: RunnerKind,
  runnerOf: RunnerOf,
): Promise<Claim> {
  for (let number = 1; ; number++) {
    const job = checkJobName(number === 1 ? request.job : `${request.job}-${number}`);
    const claim = await tryClaim(job, request, on, runnerOf);
    if (claim !== undefined) return claim;
  }
}

/** Undefined when the name is taken and may be another. */
async function tryClaim(
  job: string,
  request: SupervisorRequest,
  on: RunnerKind,
  runnerOf: RunnerOf,
): Promise<Claim | undefined> {
  const { folder } = request;
  mkdirSync(folder, { recursive: true });
  const self = await thisProcess(`job ${job}`);
  return withLock(lockFile(folder, job), { what: `sygaldry job run ${job}`, log: silentLog }, async () => {
    const before = await readJob(folder, job, self);
    const adopted = request.adopt === true ? await adoptedIn(folder, job, before, runnerOf) : undefined;
    if (before !== undefined && adopted === undefined) {
      const { status } = isCertain(before) ? await markLost(folder, before) : before;
      const taken = await whyTaken(status, before.verdict.life, runnerOf);
      if (taken !== undefined && !request.chosen) return undefined;
      if (taken !== undefined) throw taken;
    }
    rmSync(stopRequestFile(folder, job), { force: true });
    const redact = request.secrets.length > 0 ? redactor(request.secrets) : undefined;
    const { log, run } = newLog(request, job, redact, before?.status.run);
    const mark = adopted?.handle["mark"] ?? `${job}@${run}@${randomBytes(8).toString("hex")}`;
    const command = adopted?.command ?? shellJoin(request.argv);
    const cwd = adopted?.cwd ?? request.cwd;
    const status: JobStatus = {
      ...{ state: "START", job, ts: new Date().toISOString(), run, on, log: logName(job, run) },
      ...{
        started: new Date().toISOString(),
        every: request.every,
        attempts: request.retries + 1,
        handle: adopted?.handle ?? { mark },
      },
      supervisor: {
        ...{ pid: self.pid, host: self.host, startTime: self.startTime, bootId: self.bootId },
        ...{ machine: self.machine, pidNamespace: self.pidNamespace },
      },
      command: shorten(redact === undefined ? command : redact(command)),
      cwd,
    };
    const journal = journalOf(status, log, statusWriter(folder, job));
    const from = adopted === undefined ? {} : { msg: `takes over run ${adopted.run ?? "unknown"}` };
    journal.event("start", { on, command: status.command, cwd, ...from });
    journal.flush();
    if (!journal.change({}, true)) {
      journal.close();
      throw new SygaldryError("SYG-FILE", `the status of ${job} cannot be written in ${folder}`, {
        next: "Make it a folder that you may write to, on a disk with free space.",
      });
    }
    return { job, run, mark, journal, adopted: adopted?.handle };
  });
}

/** For whoever holds the job's lock. Throws SYG-JOB-MISSING, and as `adoptable` does. */
async function adoptedIn(folder: string, job: string, before: Job | undefined, runnerOf: RunnerOf) {
  if (before === undefined) throw new SygaldryError("SYG-JOB-MISSING", `there is no job ${job} in ${folder}`);
  return adoptable(isCertain(before) ? await markLost(folder, before) : before, runnerOf);
}

async function whyTaken(
  status: JobStatus,
  life: string,
  runnerOf: RunnerOf,
): Promise<SygaldryError | undefined> {
  const { job, run } = status;
  const stop = `Wait for it, end it with \`sygaldry job stop ${job}\`, or choose another name.`;
  if (!isFinal(status) && life !== "silent" && life !== "dead") {
    return new SygaldryError("SYG-JOB-RUNNING", `the job ${job} is at work (run ${run ?? "unknown"})`, {
      next: stop,
    });
  }
  if (status.state !== "LOST" || status.on === undefined || status.handle["mark"] === undefined)
    return undefined;
  const left = await runnerOf(status.on).look(status.handle);
  if (left === undefined || left.state === "ended") return undefined;
  const processes = left.state === "running" ? (left.processes ?? "some") : "some";
  const what =
    status.on === "slurm"
      ? `Slurm job ${status.handle["slurm"]} of its run ${run ?? ""} is still ${left.state}`
      : `${processes} processes of its run ${run ?? ""} still run`;
  return new SygaldryError("SYG-JOB-RUNNING", `the supervisor of ${job} is gone, and ${what}`, {
    next: `End what is left with \`sygaldry job stop ${job}\`${status.on === "slurm" ? `, or go on with it: \`sygaldry job adopt ${job}\`` : ""}.`,
  });
}

/**
 * Runs that begin in one second get the next free second; so do those after which the clock was set back, for a later run
 * must have a later name.
 */
function newLog(
  { folder, logs: rotation }: SupervisorRequest,
  job: string,
  redact: ((text: string) => string) | undefined,
  before: string | undefined,
): { readonly log: LogWriter; readonly run: string } {
  const last = before === undefined ? undefined : timeOfRun(before);
  for (let time = Math.max(Date.now(), (last ?? 0) + 1000); ; time += 1000) {
    const run = runAt(new Date(time));
    try {
      return { log: createLog(path.join(folder, logName(job, run)), { job, run, redact, rotation }), run };
    } catch (error) {
      if (systemCode(error) !== "EEXIST") throw error;
    }
  }
}

/** A status file stays small. */
function shorten(command: string): string {
  return command.length <= 2000 ? command : `${command.slice(0, 2000)}…`;
}

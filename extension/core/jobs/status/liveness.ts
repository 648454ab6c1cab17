import { judgeHolder, type LockHolder } from "../../base/lock-holder.ts";
import { processState } from "../../base/process-start.ts";
import { clocksNow, heartbeatAge, type WrittenWithin } from "./heartbeat-age.ts";
import { isFinal, type JobStatus } from "./status.ts";

/** Whether a run still lives, as far as it can be told from here. */
export interface Verdict {
  /**
   * ended: its status is final. alive. stalled: its supervisor is there and has told nothing for long.
   * dead: it cannot live any more. silent: its supervisor cannot be looked at from here and has told nothing for long.
   */
  readonly life: "ended" | "alive" | "stalled" | "dead" | "silent";
  /** A sentence, for all but `ended` and `alive`. */
  readonly why?: string;
}

/** Heartbeats that may be missed. */
const missed = 4;

/** The original runner writes no heartbeat of a known rhythm: milliseconds without a word until it is thought lost. */
const originalSilence = 60 * 60 * 1000;

/**
 * Judges a status by who wrote it: on this machine and in this pid namespace by process id, start time and boot; from
 * elsewhere by the age of its heartbeat. A time of day that was set, or that differs between machines, never decides alone:
 * `isFresh` is asked before a job is called silent.
 */
export async function judgeStatus(
  status: JobStatus,
  self: LockHolder,
  isFresh: WrittenWithin = () => false,
  clocks = clocksNow(),
): Promise<Verdict> {
  if (isFinal(status)) return { life: "ended" };
  const { supervisor } = status;
  if (supervisor === undefined) return judgeOriginal(status, clocks.now);
  const age = heartbeatAge(status, self, clocks);
  const limit = missed * (status.every ?? 5) * 1000;
  const quiet = age !== undefined && age > limit;
  const who = `its supervisor, process ${supervisor.pid} on ${supervisor.host},`;
  const holder: LockHolder = { ...supervisor, since: status.ts, what: status.job };
  switch (await judgeHolder(holder, self)) {
    case "dead":
      return supervisor.bootId !== self.bootId
        ? { life: "dead", why: `${supervisor.host} was restarted while the job was at work` }
        : { life: "dead", why: `${who} ended without a word` };
    case "alive":
      return quiet
        ? { life: "stalled", why: `${who} has told nothing for ${ageText(age)}` }
        : { life: "alive" };
    case "elsewhere":
      return (quiet || age === undefined) && !isFresh(status.job, limit)
        ? {
            life: "silent",
            why: `${who} has told nothing for ${ageText(age)}, and cannot be looked at from here`,
          }
        : { life: "alive" };
  }
}

/** A status of the original runner: what it says of itself is a time and maybe a process id, of a machine that is not named. */
async function judgeOriginal(status: JobStatus, now: number): Promise<Verdict> {
  const age = now - Date.parse(status.ts);
  if (status.pid !== undefined) {
    const state = await processState(status.pid);
    if (!state.running) return { life: "dead", why: `process ${status.pid} is not there (any more)` };
    if (age <= originalSilence) return { life: "alive" };
  }
  return age > originalSilence
    ? { life: "dead", why: `nothing was heard of it for ${ageText(age)}` }
    : { life: "alive" };
}

function ageText(milliseconds: number | undefined): string {
  if (milliseconds === undefined) return "long";
  const seconds = Math.round(milliseconds / 1000);
  if (seconds < 120) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 120) return `${minutes} min`;
  return minutes < 48 * 60 ? `${Math.round(minutes / 60)} h` : `${Math.round(minutes / 1440)} days`;
}

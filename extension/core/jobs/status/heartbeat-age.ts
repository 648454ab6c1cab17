import { rmSync, statSync, writeFileSync } from "node:fs";
import { uptime } from "node:os";
import path from "node:path";
import type { LockHolder } from "../../base/lock-holder.ts";
import { statusFile } from "../layout.ts";
import type { JobStatus } from "./status.ts";

/** The clocks of whoever looks: milliseconds since 1970, and seconds since this machine was started. */
export interface Clocks {
  readonly now: number;
  readonly up: number;
}

export function clocksNow(): Clocks {
  return { now: Date.now(), up: uptime() };
}

/** Milliseconds by which clocks of machines that are kept in time may differ. */
const skew = 20_000;

/**
 * Milliseconds since a status was written; undefined when it says to come from the future. By the time of day, which may
 * have been set since or differ between machines, and on the same machine by its time since the boot too: the lesser one
 * counts, for of the two that is wrong (a clock that was set, a container that hides the machine's uptime) nobody may be
 * called lost by mistake.
 */
export function heartbeatAge(
  { ts, uptime: written, supervisor }: JobStatus,
  self: LockHolder,
  { now, up }: Clocks,
): number | undefined {
  const ages = [now - Date.parse(ts)];
  const sameBoot = supervisor?.bootId !== undefined && supervisor.bootId === self.bootId;
  if (sameBoot && written !== undefined) ages.push((up - written) * 1000);
  const possible = ages.filter((age) => age >= -skew);
  return possible.length === 0 ? undefined : Math.max(0, Math.min(...possible));
}

/**
 * Whether a job's status was written within the last `limit` milliseconds by the clock of the file system that it lies on:
 * for a status of another machine, whose clock may differ by hours from this one's. False where that cannot be asked.
 */
export type WrittenWithin = (job: string, limit: number) => boolean;

/** Asks the file system once, when first needed. */
export function writtenWithin(folder: string): WrittenWithin {
  let now: number | undefined;
  return (job, limit) => {
    try {
      now ??= timeOf(folder);
      const age = now - statSync(statusFile(folder, job)).mtimeMs;
      return Math.abs(age) <= limit;
    } catch {
      return false;
    }
  };
}

/** What the file system takes for now. */
function timeOf(folder: string): number {
  const file = path.join(folder, `.clock.${process.pid}`);
  try {
    writeFileSync(file, "");
    return statSync(file).mtimeMs;
  } finally {
    rmSync(file, { force: true });
  }
}

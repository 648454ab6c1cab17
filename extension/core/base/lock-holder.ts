import { readFile, readlink } from "node:fs/promises";
import { hostname } from "node:os";
import { sha256 } from "./files.ts";
import { processState } from "./process-start.ts";

/** Who holds a lock: enough to tell for certain, from the same machine, whether that process still runs. */
export interface LockHolder {
  readonly pid: number;
  /** See ProcessState. */
  readonly startTime?: string | undefined;
  /** Linux's id of this boot. */
  readonly bootId?: string | undefined;
  readonly host: string;
  /** Digest of /etc/machine-id: two machines may have one host name. */
  readonly machine?: string | undefined;
  /** Containers number their processes anew. */
  readonly pidNamespace?: string | undefined;
  /** ISO 8601. */
  readonly since: string;
  /** What the holder does, for those who wait. */
  readonly what: string;
}

/** This process as a holder. */
export async function thisProcess(what: string): Promise<LockHolder> {
  const state = await processState(process.pid);
  const machineId = await firstLine("/etc/machine-id");
  return {
    pid: process.pid,
    startTime: state.running ? state.startTime : undefined,
    bootId: await firstLine("/proc/sys/kernel/random/boot_id"),
    host: hostname(),
    machine: machineId === undefined ? undefined : sha256(`sygaldry ${machineId}`).slice(0, 16),
    pidNamespace: await readlink("/proc/self/ns/pid").catch(() => undefined),
    since: new Date().toISOString(),
    what,
  };
}

/**
 * alive, dead, or elsewhere: on another machine or in another container, where this process cannot look.
 * Dead is only said when it is certain.
 */
export async function judgeHolder(
  holder: LockHolder,
  self: LockHolder,
): Promise<"alive" | "dead" | "elsewhere"> {
  if (holder.host !== self.host || differ(holder.machine, self.machine)) return "elsewhere";
  if (differ(holder.bootId, self.bootId)) return "dead";
  if (holder.pidNamespace !== self.pidNamespace) return "elsewhere";
  const state = await processState(holder.pid);
  return !state.running || differ(holder.startTime, state.startTime) ? "dead" : "alive";
}

function differ(one: string | undefined, other: string | undefined): boolean {
  return one !== undefined && other !== undefined && one !== other;
}

async function firstLine(file: string): Promise<string | undefined> {
  const text = await readFile(file, "utf8").catch(() => "");
  return text.trim().split("\n")[0] || undefined;
}

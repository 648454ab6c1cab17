import type { RunCgroup } from "./cgroup.ts";
import { childrenOf, type ProcessEntry, processEntry, processTable, variableOf } from "./process-table.ts";

/** Carried by every process of a run, and by a supervisor so that it belongs to no other run. */
export const markVariable = "SYGALDRY_JOB_RUN";

/** Where processes are looked for and sent signals: this machine, or a container. */
export interface ProcessHost {
  /** All its processes. Of this machine without a pause: whoever is to be ended must not have time to start others. */
  look(): ProcessTable | Promise<ProcessTable>;
  /** The known ones that still run (pid → start time), with all below them; undefined where `look` costs no more. */
  readonly descend?: (known: ReadonlyMap<number, string>) => readonly ProcessEntry[];
  /** Sends all signals to each. No error for those that have ended, or are another user's: they stay in the table. */
  send(processes: readonly ProcessEntry[], signals: readonly NodeJS.Signals[]): void | Promise<void>;
  /** Ends all of the run's control group at once, those that were started since the last look too; undefined without one. */
  readonly killGroup?: () => void;
}

export interface ProcessTable {
  readonly entries: readonly ProcessEntry[];
  /** Who looks: it belongs to no run. */
  readonly self: number;
  /** The mark that a process carries; undefined when it has none or it may not be read. */
  readonly markOf: (pid: number) => string | undefined;
  /** Of the run's control group. */
  readonly members?: ReadonlySet<number> | undefined;
}

/** This machine, for the run of `mark`, which may have a control group. */
export function thisHost(mark: string, cgroup?: RunCgroup): ProcessHost {
  const markOf = (pid: number) => variableOf(pid, markVariable);
  const isForeign = (pid: number) => (markOf(pid) ?? mark) !== mark;
  const joined = (known: ReadonlyMap<number, string>) =>
    [...(cgroup?.members() ?? [])].filter((pid) => !known.has(pid) && !isForeign(pid));
  return {
    look: () => ({ entries: processTable(), self: process.pid, markOf, members: cgroup?.members() }),
    ...(process.platform === "linux" ? { descend: (known) => descend(known, joined(known)) } : {}),
    send(processes, signals) {
      for (const { pid } of processes) for (const signal of signals) send(pid, signal);
    },
    killGroup() {
      // Not where a job that was started by this one is at work.
      if (cgroup !== undefined && ![...cgroup.members()].some(isForeign)) cgroup.kill();
    },
  };
}

function descend(known: ReadonlyMap<number, string>, joined: readonly number[]): readonly ProcessEntry[] {
  const found = new Map<number, ProcessEntry>();
  const visit = (pid: number, startTime: string | undefined) => {
    if (found.has(pid)) return;
    const entry = processEntry(pid);
    if (entry === undefined || (startTime !== undefined && entry.startTime !== startTime)) return;
    found.set(pid, entry);
    for (const child of childrenOf(pid)) visit(child, undefined);
  };
  for (const [pid, startTime] of known) visit(pid, startTime);
  for (const pid of joined) visit(pid, undefined);
  return [...found.values()];
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended, or is another user's.
  }
}

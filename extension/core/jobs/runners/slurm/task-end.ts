import type { RunEnd } from "../../runner.ts";
import { signalOf } from "../exit-code.ts";
import type { SlurmNotice, TaskEnd, TaskRecord } from "./run-folder.ts";
import type { SlurmTask } from "./tasks.ts";

/** All that is known of one task when it is over. */
export interface TaskFacts {
  readonly record: TaskRecord | undefined;
  /** What Slurm itself said of this task's job in the run's log. */
  readonly notices: readonly SlurmNotice[];
  /** What Slurm tells; undefined when it has forgotten the job or was not asked. */
  readonly slurm: SlurmTask | undefined;
  /** Where the node looks for the run's files. */
  readonly folder: string;
}

/**
 * How a task ended. Why Slurm ended it weighs more than how the command took it: a command that ends in order when its
 * time is up has not done its work.
 */
export function taskEnd(facts: TaskFacts): RunEnd {
  const { record, slurm } = facts;
  const forced = endedBySlurm(facts);
  if (forced !== undefined) return { ...forced, rc: record?.end?.rc };
  if (record?.end !== undefined) return commandEnd(record.end, record.node);
  if (slurm === undefined) {
    const reason = "Slurm knows the job no more, and the job has written no end";
    return { rc: undefined, cause: "lost", reason };
  }
  return unrecorded(facts, slurm);
}

function endedBySlurm({ record, notices, slurm }: TaskFacts): Omit<RunEnd, "rc"> | undefined {
  const told = new Set(notices.map(({ cause }) => cause));
  const on = record?.node ?? slurm?.node;
  const where = on === undefined ? "" : ` on ${on}`;
  const state = slurm?.state ?? "";
  if (told.has("time limit") || state === "TIMEOUT")
    return { cause: "timeout", reason: `the time that Slurm gave it${where} was up` };
  if (state === "DEADLINE") return { cause: "timeout", reason: "its deadline in Slurm has passed" };
  if (told.has("node failure") || state === "NODE_FAIL" || state === "BOOT_FAIL")
    return { cause: "lost", reason: `the node failed${where}${because(slurm)}` };
  if (told.has("preemption") || state === "PREEMPTED")
    return { cause: "lost", reason: `Slurm took its place${where} for a job that goes before it` };
  if (told.has("memory") || state === "OUT_OF_MEMORY")
    return { cause: "oom", reason: `it needed more memory than Slurm gave it${where}` };
  if (slurm?.reason === "DependencyNeverSatisfied")
    return { cause: "dependency", reason: "a job that must succeed before it did not" };
  // Slurm notes in the same words that somebody only signalled it; a command may take that and go on to its end.
  const wentOn = record?.end?.rc === 0 && state !== "CANCELLED";
  if (state === "CANCELLED" || (told.has("cancelled") && !wentOn)) {
    const by = slurm?.by === undefined ? "" : ` by user ${slurm.by}`;
    return { cause: "stopped", reason: `it was cancelled in Slurm${by}${because(slurm)}` };
  }
  return undefined;
}

function because(slurm: SlurmTask | undefined): string {
  const { reason } = slurm ?? {};
  return reason === undefined || reason === "NonZeroExitCode" ? "" : ` (${reason})`;
}

function commandEnd({ rc, cause, oomKills }: TaskEnd, node = "its node"): RunEnd {
  if (cause === "start") return { rc, cause: "start", reason: `its program was not found on ${node}` };
  if (cause === "cwd") return { rc, cause: "start", reason: `its folder cannot be entered on ${node}` };
  if (rc !== 0 && oomKills > 0) {
    return { rc, cause: "oom", reason: `the kernel of ${node} ended a process of it for want of memory` };
  }
  const signal = signalOf(rc);
  return signal === undefined ? { rc, cause: "exit" } : { rc, cause: "signal", signal };
}

/** The script was killed, or could not write. */
function unrecorded({ record, folder }: TaskFacts, slurm: SlurmTask): RunEnd {
  const node = slurm.node ?? "its node";
  if (record === undefined) {
    const reason = `it ended on ${node} before it began: ${folder} must be there too, and writable`;
    return { rc: slurm.exitCode, cause: "start", reason };
  }
  const reason = "as Slurm tells; the job itself has written no end";
  if (slurm.signal !== undefined) {
    const rc = 128 + slurm.signal;
    const signal = signalOf(rc);
    return { rc, cause: "signal", reason, ...(signal === undefined ? {} : { signal }) };
  }
  return { rc: slurm.exitCode, cause: "exit", reason };
}

/** The end of an array: of the first task that failed, and how many did. */
export function arrayEnd(ends: ReadonlyMap<number, RunEnd>): RunEnd {
  const failed = [...ends].filter(([, { rc, cause }]) => rc !== 0 || cause !== "exit");
  const [first] = failed;
  if (first === undefined) return { rc: 0, cause: "exit" };
  const [task, end] = first;
  const told = failed.slice(0, 5).map(([number, { rc, cause }]) => `${number} (${rc ?? cause})`);
  const more = failed.length > told.length ? ", …" : "";
  const count = `${failed.length} of ${ends.size} tasks did not succeed: ${told.join(", ")}${more}`;
  return { ...end, reason: end.reason === undefined ? count : `${count}; task ${task}: ${end.reason}` };
}

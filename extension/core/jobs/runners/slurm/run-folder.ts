import { readdir, stat } from "node:fs/promises";
import path from "node:path";
import { readTextIfExists } from "../../../base/files.ts";
import { slurmLog } from "./commands.ts";

/** What the script on the node has written of one task. */
export interface TaskRecord {
  readonly node: string | undefined;
  /** The id of the task's own job; undefined where the record was cut off. */
  readonly slurm: string | undefined;
  /** Undefined while it runs, or when it was killed before it could write it. */
  readonly end: TaskEnd | undefined;
}

export interface TaskEnd {
  readonly rc: number;
  /** exit: as the command did. cwd, start: it could not be started. */
  readonly cause: "exit" | "cwd" | "start";
  /** How many processes the kernel ended for want of memory. */
  readonly oomKills: number;
}

/** Of a run without an array the run's own folder. */
export function taskFolder(folder: string, task: number | undefined): string {
  return task === undefined ? folder : path.join(folder, String(task));
}

/** Undefined when the task has not begun. */
export async function readTask(folder: string, task: number | undefined): Promise<TaskRecord | undefined> {
  const at = taskFolder(folder, task);
  await refresh(at);
  const end = parseEnd(await readTextIfExists(path.join(at, "end")));
  const begin = await readTextIfExists(path.join(at, "begin"));
  if (begin === undefined && end === undefined) return undefined;
  return { node: fieldOf(begin ?? "", "node"), slurm: fieldOf(begin ?? "", "slurm"), end };
}

/** Why Slurm ended the job, from what it wrote into the run's own log: of all tasks of an array, which share the log. */
export async function readNotices(folder: string): Promise<readonly SlurmNotice[]> {
  const text = (await readTextIfExists(path.join(folder, slurmLog))) ?? "";
  return text.split("\n").flatMap((line) => notice(line) ?? []);
}

export interface SlurmNotice {
  /** The id of the task's own job. */
  readonly slurm: string;
  readonly cause: "cancelled" | "time limit" | "node failure" | "preemption" | "memory";
}

/**
 * `slurmstepd-NODE: error: *** JOB 12 ON NODE CANCELLED AT 2026-11-24T21:55:00 DUE TO TIME LIMIT ***`, and of the cgroup
 * plugin `slurmstepd: error: Detected 1 oom-kill event(s) in StepId=12.batch.`
 */
function notice(line: string): SlurmNotice | undefined {
  const text = line.slice(0, 400);
  const [, killed] = /\boom[-_ ]kill event.*StepId=(\d+)\b/i.exec(text) ?? [];
  if (killed !== undefined) return { slurm: killed, cause: "memory" };
  const [, slurm, due = ""] =
    /\*\*\* JOB (\d+) ON \S+ CANCELLED AT \S+(?: DUE TO (.+?))? \*\*\*/.exec(text) ?? [];
  if (slurm === undefined) return undefined;
  if (due === "TIME LIMIT") return { slurm, cause: "time limit" };
  if (due.startsWith("NODE FAILURE")) return { slurm, cause: "node failure" };
  return { slurm, cause: due.startsWith("PREEMPTION") ? "preemption" : "cancelled" };
}

/** On NFS a folder must be listed for what others made in it to be seen. */
async function refresh(folder: string): Promise<void> {
  await readdir(folder).catch(() => stat(folder).catch(() => undefined));
}

function parseEnd(text: string | undefined): TaskEnd | undefined {
  const rc = fieldOf(text ?? "", "rc");
  if (text === undefined || rc === undefined || !/^\d{1,3}$/.test(rc)) return undefined;
  const cause = fieldOf(text, "cause");
  const oomKills = Number(fieldOf(text, "oom") ?? 0);
  return { rc: Number(rc), cause: cause === "cwd" || cause === "start" ? cause : "exit", oomKills };
}

function fieldOf(text: string, name: string): string | undefined {
  const line = text.split("\n").find((candidate) => candidate.startsWith(`${name}=`));
  return line === undefined || line.length === name.length + 1 ? undefined : line.slice(name.length + 1);
}

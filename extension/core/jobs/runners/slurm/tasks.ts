/** One job, or one task of an array, as Slurm tells of it. */
export interface SlurmTask {
  /** The number in its array, or undefined outside one. */
  readonly task: number | undefined;
  /** Slurm's word: PENDING, RUNNING, COMPLETING, COMPLETED, FAILED, TIMEOUT, CANCELLED, NODE_FAIL, PREEMPTED … */
  readonly state: string;
  /** Why it waits or was ended: Resources, Priority, DependencyNeverSatisfied …; undefined for None. */
  readonly reason: string | undefined;
  readonly node: string | undefined;
  readonly exitCode: number | undefined;
  readonly signal: number | undefined;
  /** Who cancelled it, where accounting knows. */
  readonly by: string | undefined;
  /** When Slurm expects a waiting job to start, in its local time. */
  readonly expected: string | undefined;
}

/**
 * `scontrol show job --oneliner ID` of Slurm 20 to 24: a line for each job or task of an array. Tasks of an array that
 * wait share one line, with `ArrayTaskId=3-9%2`; it is given once for each.
 * The job's name is the only text of the user's before what is read here; ours has no spaces.
 */
export function parseScontrol(stdout: string): readonly SlurmTask[] {
  return stdout.split("\n").flatMap((line) => {
    const state = field(line, "JobState");
    if (state === undefined) return [];
    const [, exitCode, signal] = /^(\d+):(\d+)$/.exec(field(line, "ExitCode") ?? "") ?? [];
    const start = field(line, "StartTime");
    const task: SlurmTask = {
      ...{ task: undefined, state, by: undefined, reason: known(field(line, "Reason")) },
      node: known(field(line, "BatchHost")) ?? known(field(line, "NodeList")),
      exitCode: exitCode === undefined ? undefined : Number(exitCode),
      signal: signal === undefined || signal === "0" ? undefined : Number(signal),
      expected: state === "PENDING" && start !== undefined && /^\d{4}-/.test(start) ? start : undefined,
    };
    const array = field(line, "ArrayTaskId");
    return array === undefined ? [task] : taskNumbers(array).map((number) => ({ ...task, task: number }));
  });
}

/** The columns of sacct that `parseSacct` reads; all are there with `--completion` too. */
export const sacctFields = "JobID,State,ExitCode,NodeList";

/** `sacct --noheader --parsable2 --format=JobID,State,ExitCode,NodeList`, with accounting or (`--completion`) without. */
export function parseSacct(stdout: string): readonly SlurmTask[] {
  return stdout.split("\n").flatMap((line) => {
    const [id = "", told = "", exit = "", node] = line.split("|");
    // Steps are `ID.batch`.
    const [, task] = /^\d+(?:_(\d+))?$/.exec(id) ?? [];
    const [, state, by] = /^([A-Z_]+)(?: by (\S+))?\+?$/.exec(told) ?? [];
    if (state === undefined || !/^\d+(_\d+)?$/.test(id)) return [];
    const [, exitCode, signal] = /^(\d+):(\d+)$/.exec(exit) ?? [];
    return {
      ...{ task: task === undefined ? undefined : Number(task), state, by },
      ...{ reason: undefined, node: known(node), expected: undefined },
      exitCode: exitCode === undefined ? undefined : Number(exitCode),
      signal: signal === undefined || signal === "0" ? undefined : Number(signal),
    };
  });
}

/** Slurm's base states of a job that is not over (squeue's manual, JOB STATE CODES). */
const live = new Set([
  ...["PENDING", "CONFIGURING", "RUNNING", "SUSPENDED", "COMPLETING", "RESIZING", "REQUEUED", "REQUEUE_HOLD"],
  ...["REQUEUE_FED", "RESV_DEL_HOLD", "SIGNALING", "SPECIAL_EXIT", "STAGE_OUT", "STOPPED", "POWER_UP_NODE"],
]);

export function isOver({ state }: SlurmTask): boolean {
  return !live.has(state);
}

/** Whether it waits for its turn, so that there is nothing to signal. */
export function isQueued({ state }: SlurmTask): boolean {
  return /^(?:PENDING|REQUEUE|RESV_DEL_HOLD|SPECIAL_EXIT)/.test(state);
}

function field(line: string, name: string): string | undefined {
  const at = line.startsWith(`${name}=`) ? 0 : line.indexOf(` ${name}=`) + 1;
  if (at === 0 && !line.startsWith(`${name}=`)) return undefined;
  const start = at + name.length + 1;
  const end = line.indexOf(" ", start);
  return line.slice(start, end < 0 ? undefined : end);
}

function known(value: string | undefined): string | undefined {
  return value === undefined || /^(?:None|none|\(null\)|N\/A|None assigned|)$/.test(value)
    ? undefined
    : value;
}

/** Slurm shortens long lists with `...`; what it leaves out is told of once it runs. */
function taskNumbers(text: string): readonly number[] {
  const parts = text.replace(/%\d+$/, "").split(",");
  return parts.flatMap((part) => {
    const [, first, last, step] = /^(\d+)(?:-(\d+)(?::(\d+))?)?$/.exec(part) ?? [];
    if (first === undefined) return [];
    const numbers: number[] = [];
    for (let number = Number(first); number <= Number(last ?? first); number += Number(step ?? 1))
      numbers.push(number);
    return numbers;
  });
}

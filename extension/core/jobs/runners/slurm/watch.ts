import { setTimeout as delay } from "node:timers/promises";
import type { RunEnd, RunState } from "../../runner.ts";
import type { AskSlurm, SlurmAnswer } from "./ask.ts";
import { readNotices, readTask, type TaskRecord } from "./run-folder.ts";
import { arrayEnd, taskEnd } from "./task-end.ts";
import { isOver, type SlurmTask } from "./tasks.ts";

export interface WatchedRun {
  readonly id: string;
  readonly folder: string;
  /** The numbers of an array; one undefined for a run without. */
  readonly tasks: readonly (number | undefined)[];
}

/** What is known of a run at a moment. */
interface Sight {
  readonly state: RunState;
  /** Tasks that Slurm calls over, or knows nothing of, while the folder has no end of them: maybe it is not seen yet. */
  readonly unsettled: boolean;
}

/** Milliseconds that a shared filesystem may need to show here what was written on a node. */
const settling = 5_000;

/** Looks once: reads the folder, and asks Slurm where that is not enough. Undefined when Slurm is needed and silent. */
async function lookAt(run: WatchedRun, ask: AskSlurm, signal?: AbortSignal): Promise<Sight | undefined> {
  const answer = await ask(run.id, signal);
  const sight = await sightOf(run, await readRecords(run), answer);
  return answer.kind === "silent" && sight.state.state !== "ended" ? undefined : sight;
}

/** How it ended by what is in its folder; undefined while an end is missing there. */
export async function recorded(run: WatchedRun): Promise<RunEnd | undefined> {
  const { state } = await sightOf(run, await readRecords(run), noAnswer);
  return state.state === "ended" ? state.end : undefined;
}

/** `lookAt`, given the time that an end needs to be seen here. */
export async function settledLook(
  run: WatchedRun,
  ask: AskSlurm,
  signal?: AbortSignal,
): Promise<RunState | undefined> {
  const first = await lookAt(run, ask, signal);
  if (first?.unsettled !== true) return first?.state;
  await delay(settling, undefined, signal === undefined ? {} : { signal });
  return (await lookAt(run, ask, signal))?.state;
}

export interface Watch {
  /** Never rejects. */
  readonly ended: Promise<RunEnd>;
  /** The run is being stopped: asks at once and often. */
  hurry(): void;
}

/** Watches a run to its end: its folder often, Slurm's controller seldom, because it serves the whole site. */
export function watch(run: WatchedRun, ask: AskSlurm, tell: (state: RunState) => void): Watch {
  let hurried = false;
  let wake = new AbortController();
  const sleep = (milliseconds: number) =>
    delay(milliseconds, undefined, { signal: wake.signal }).catch(() => {});
  const follow = async (): Promise<RunEnd> => {
    const pace = createPace(run.tasks.length);
    let told = "";
    let atWork = false;
    let answer: SlurmAnswer | undefined;
    let unsettledSince: number | undefined;
    for (;;) {
      const records = await readRecords(run);
      const allEnded = run.tasks.every((task) => records.get(task)?.end !== undefined);
      const clean = allEnded && (await isClean(run, records));
      // A failure's cause is asked for; a clean end needs nobody's word.
      if (!clean && (allEnded || hurried || pace.mayAsk(answer))) answer = await ask(run.id).catch(silent);
      const { state, unsettled } = await sightOf(run, records, answer ?? noAnswer);
      if (!unsettled) unsettledSince = undefined;
      else unsettledSince ??= performance.now();
      const settled = unsettledSince === undefined || performance.now() - unsettledSince >= settling;
      if (state.state === "ended" && settled) {
        // Between two looks it began and ended.
        if (!atWork && records.size > 0) tell(runningOn([...records.values()]));
        return state.end;
      }
      const text = JSON.stringify(state);
      if (state.state !== "ended" && text !== told) tell(state);
      if (state.state === "running") atWork = true;
      told = text;
      await sleep(hurried ? 500 : pace.rest);
      wake = new AbortController();
    }
  };
  return {
    ended: follow(),
    hurry() {
      hurried = true;
      wake.abort();
    },
  };
}

const noAnswer: SlurmAnswer = { kind: "silent", why: "" };

function silent(error: unknown): SlurmAnswer {
  return { kind: "silent", why: error instanceof Error ? error.message : "" };
}

/** While it waits Slurm is asked after 1 s and then ever more seldom, to 30 s; at work every 30 s, lest its node be lost. */
function createPace(tasks: number) {
  let interval = 1_000;
  let next = 0;
  return {
    mayAsk(last: SlurmAnswer | undefined): boolean {
      const now = performance.now();
      if (now < next) return false;
      next = now + interval;
      interval = last?.kind === "silent" ? interval : Math.min(30_000, interval * 1.5);
      return true;
    },
    rest: Math.min(2_000, 200 + tasks * 10),
  };
}

/** All tasks succeeded, and Slurm had no part in their end. */
async function isClean(
  run: WatchedRun,
  records: ReadonlyMap<number | undefined, TaskRecord>,
): Promise<boolean> {
  return (
    [...records.values()].every(({ end }) => end?.rc === 0) && (await readNotices(run.folder)).length === 0
  );
}

async function readRecords(run: WatchedRun): Promise<ReadonlyMap<number | undefined, TaskRecord>> {
  const records = new Map<number | undefined, TaskRecord>();
  for (const task of run.tasks) {
    const record = await readTask(run.folder, task);
    if (record !== undefined) records.set(task, record);
  }
  return records;
}

async function sightOf(
  run: WatchedRun,
  records: ReadonlyMap<number | undefined, TaskRecord>,
  answer: SlurmAnswer,
): Promise<Sight> {
  const slurm = answer.kind === "tasks" ? new Map(answer.tasks.map((task) => [task.task, task])) : undefined;
  const over = run.tasks.filter((task) => isTaskOver(records.get(task), slurm, task));
  if (over.length < run.tasks.length) {
    return { state: liveState(run, records, [...(slurm?.values() ?? [])], over.length), unsettled: false };
  }
  const notices = await readNotices(run.folder);
  const ends = new Map(
    run.tasks.map((task) => {
      const record = records.get(task);
      const own = slurm?.get(task);
      const mine = notices.filter((notice) => notice.slurm === (record?.slurm ?? run.id));
      return [task, taskEnd({ record, notices: mine, slurm: own, folder: run.folder })] as const;
    }),
  );
  const unsettled = run.tasks.some(
    (task) => records.get(task)?.end === undefined && needsFolder(slurm?.get(task)),
  );
  return { state: { state: "ended", end: endOf(ends) }, unsettled };
}

function endOf(ends: ReadonlyMap<number | undefined, RunEnd>): RunEnd {
  const single = ends.get(undefined);
  if (single !== undefined) return single;
  return arrayEnd(
    new Map([...ends].flatMap(([task, end]) => (task === undefined ? [] : [[task, end] as const]))),
  );
}

/** What never ran has written no end. */
function needsFolder(task: SlurmTask | undefined): boolean {
  return task === undefined || task.state !== "CANCELLED" || task.node !== undefined;
}

function isTaskOver(
  record: TaskRecord | undefined,
  slurm: ReadonlyMap<number | undefined, SlurmTask> | undefined,
  task: number | undefined,
): boolean {
  if (record?.end !== undefined) return true;
  if (slurm === undefined) return false;
  const told = slurm.get(task);
  return told === undefined || isOver(told);
}

function liveState(
  run: WatchedRun,
  records: ReadonlyMap<number | undefined, TaskRecord>,
  slurm: readonly SlurmTask[],
  over: number,
): RunState {
  const atWork = [...records.values()].filter(({ end }) => end === undefined);
  if (records.size === 0) return { state: "queued", ...waiting(slurm) };
  const running = runningOn(atWork);
  if (run.tasks.length === 1) return running;
  const counts = `${atWork.length} of ${run.tasks.length} tasks at work, ${over} ended`;
  return { ...running, where: running.where === undefined ? counts : `${running.where} (${counts})` };
}

function runningOn(records: readonly TaskRecord[]): Extract<RunState, { readonly state: "running" }> {
  const nodes = [...new Set(records.flatMap(({ node }) => node ?? []))].sort().join(", ");
  return { state: "running", ...(nodes === "" ? {} : { where: nodes }) };
}

function waiting(tasks: readonly SlurmTask[]): { readonly reason?: string } {
  const first = tasks.find(({ reason }) => reason !== undefined);
  if (first?.reason === undefined) return {};
  const expected = first.expected === undefined ? "" : `, expected to start at ${first.expected}`;
  return { reason: `${first.reason}${expected}` };
}

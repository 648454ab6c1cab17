import type { Writable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { messageOf } from "../../../base/errors.ts";
import type { RunEnd, Running } from "../../runner.ts";
import type { GpuMeter } from "../process/gpu.ts";
import { endTree } from "../process/lost-run.ts";
import type { ProcessEntry } from "../process/process-table.ts";
import type { ProcessTree } from "../process/process-tree.ts";
import { resourceMeter } from "../process/sample.ts";
import { endOfCommand, endOfContainer, lost, patiently, poll, untilContainerEnds } from "./container-end.ts";
import type { ContainerHost } from "./container-host.ts";
import { hostPids } from "./host-pids.ts";
import type { ContainerSight, JobContainer } from "./job-container.ts";

/** Milliseconds that a sample may take; a paused container does not answer. */
const samplePatience = 3_000;

/** Milliseconds after which a container that did not answer is asked again. */
const unanswered = 1_000;

/** A command at work in a container, with what looks after it. */
export interface ContainerRun {
  readonly container: JobContainer;
  readonly before: ContainerSight;
  readonly host: ContainerHost;
  readonly tree: ProcessTree;
  readonly gpu: GpuMeter;
  /** The command's own process, or its reaper's, as the container numbers it; undefined when it ended before it was seen. */
  readonly leader: { readonly pid: number; readonly startTime: string } | undefined;
  readonly reaper: boolean;
  /** How many processes the kernel had ended for want of memory before. */
  readonly oomBefore: number;
  /** Settles when the stop that was asked for has done what it can. */
  readonly stopped: () => Promise<void>;
}

/** How it ends, with all that it left in its own session. Never rejects; closes the streams and the host. */
export async function endOfRun(
  run: ContainerRun,
  code: Promise<number>,
  streams: readonly Writable[],
): Promise<RunEnd> {
  const { container, before, host } = run;
  const over = new AbortController();
  const settled = code.then(
    (value): number | undefined => value,
    () => undefined,
  );
  try {
    const gone = untilContainerEnds(container, before, settled, over.signal);
    const rc = await Promise.race([settled, gone, untilNothingRuns(run, streams, over.signal)]);
    over.abort();
    for (const stream of streams) stream.end();
    const end = typeof rc === "object" ? rc : await endAfter(run, rc);
    // Nothing can be left of a lost run; a stop that gets no answer must not wait for one.
    if (end.cause === "lost") host.close();
    await run.stopped().catch(() => {});
    return end;
  } catch (error) {
    return lost(messageOf(error));
  } finally {
    over.abort();
    for (const stream of streams) stream.end();
    run.gpu.dispose();
    host.close();
  }
}

/** A connection can be dead without a word, and the engine forget to say that a command has ended. */
async function untilNothingRuns(
  { tree }: ContainerRun,
  streams: readonly Writable[],
  signal: AbortSignal,
): Promise<undefined> {
  for (let times = 0; times < 3; ) {
    await sleep(poll, undefined, { signal });
    const found = await tree.find().catch(() => undefined);
    // While the log cannot be written, what has ended is still being heard.
    const held = streams.some((stream) => stream.writableNeedDrain);
    times = found?.length === 0 && !held ? times + 1 : 0;
  }
}

/** With an exit code, or without one when the connection to the engine broke. */
async function endAfter(run: ContainerRun, rc: number | undefined): Promise<RunEnd> {
  const { container, before, host, tree, leader, oomBefore } = run;
  if (rc === undefined) return endUnheard(run);
  const end = await endOfCommand(container, before, rc);
  if (end.cause === "lost") return end;
  // What it left in its own session was its to wait for; who made a session of its own (a server) means to stay.
  const own = ({ session }: ProcessEntry) => session === leader?.pid;
  // How it ended is known, whatever becomes of these: the container may be paused by now.
  await endLeft(tree, own).catch(() => {});
  const killed = rc === 137 && host.oomKills() > oomBefore;
  return killed
    ? { ...end, cause: "oom", reason: "the kernel ended a process of the container for want of memory" }
    : end;
}

async function endLeft(tree: ProcessTree, own: (entry: ProcessEntry) => boolean): Promise<void> {
  if ((await tree.find()).some(own)) await tree.end(2_000, own);
}

/** As endTree. A container that does not answer (a paused one) is asked again until it does; a closed host has no processes. */
export async function stopRun(tree: ProcessTree, grace: number): Promise<void> {
  const end = async (): Promise<readonly ProcessEntry[]> => {
    for (;;) {
      try {
        return await tree.end(grace);
      } catch {
        await sleep(unanswered);
      }
    }
  };
  await endTree({ ...tree, end }, grace);
}

/** The engine was restarted, say: the command may go on without a listener. */
async function endUnheard({ container, before, tree }: ContainerRun): Promise<RunEnd> {
  for (;;) {
    const gone = await patiently(() => endOfContainer(container, before));
    if (gone !== undefined) return gone;
    const found = await tree.find().catch(() => undefined);
    if (found?.length === 0)
      return lost("the connection to its container broke, so nobody knows how it ended");
    await sleep(1_000);
  }
}

/** Measures its processes; undefined when the container does not answer soon. */
export function samplerOf({ before, host, tree, gpu, leader, reaper }: ContainerRun): Running["sample"] {
  const meter = resourceMeter((pid) => host.diskUse(pid));
  const measure = async () => {
    const entries = await tree.find();
    if (entries.length === 0) return undefined;
    const used = meter(entries, reaper ? leader?.pid : undefined);
    const pids = new Set(entries.map(({ pid }) => pid));
    const gpuMemory = await gpu.memoryOf(() => hostPids(before.id, pids));
    return gpuMemory === undefined ? used : { ...used, gpuMemory };
  };
  return async () => {
    const limit = new AbortController();
    const late = sleep(samplePatience, undefined, { signal: limit.signal }).catch(() => undefined);
    try {
      return await Promise.race([measure().catch(() => undefined), late]);
    } finally {
      limit.abort();
    }
  };
}

import { messageOf, SygaldryError } from "../../base/errors.ts";
import { longTimer } from "../../base/long-timer.ts";
import type {
  ProgressRecogniser,
  RunEnd,
  RunHandle,
  Runner,
  Running,
  RunRequest,
  RunState,
} from "../runner.ts";
import type { Control } from "./control.ts";
import type { Journal } from "./journal.ts";
import { lastLines } from "./last-lines.ts";
import { type Pump, pump } from "./pump.ts";

export interface AttemptOptions {
  /** The run that is taken over instead of being started. */
  readonly adopted?: RunHandle | undefined;
  readonly runner: Runner;
  readonly request: RunRequest;
  readonly journal: Journal;
  readonly control: Control;
  readonly recogniser?: ProgressRecogniser | undefined;
  /** Seconds. */
  readonly timeout?: number | undefined;
  readonly grace: number;
  readonly every: number;
  readonly diskPatience: number;
  readonly secrets: readonly string[];
}

export interface AttemptEnd extends RunEnd {
  /** The end of what it wrote on stderr. */
  readonly stderr: readonly string[];
}

/** Runs the command once, or takes over, with all it writes in the log and its life in the status. Never rejects. */
export async function runAttempt(options: AttemptOptions): Promise<AttemptEnd> {
  const { runner, request, journal, adopted } = options;
  try {
    const attached = adopted === undefined ? undefined : runner.attach?.(adopted);
    return await watch(attached ?? (await runner.start(request)), options);
  } catch (error) {
    const missing = error instanceof SygaldryError && error.code === "SYG-TOOL-MISSING";
    const rc = missing ? (/EACCES/.test(error.message) ? 126 : 127) : undefined;
    journal.event("output", { stream: "stderr", msg: messageOf(error) });
    return { rc, cause: "start", reason: messageOf(error), stderr: [] };
  }
}

async function watch(running: Running, options: AttemptOptions): Promise<AttemptEnd> {
  const { journal, control } = options;
  // A place that queues says when the command is at work.
  const state = running.onState === undefined ? "PROGRESS" : "START";
  journal.change({ state, handle: running.handle }, true);
  running.begin?.();
  const tail = lastLines();
  const output = pump(running, { ...options, onStderr: (line) => tail.feed(line) });
  const stopping = whenAsked(control, () => running.stop(options.grace * 1000), journal);
  const timer = timeoutTimer(options);
  if (running.onState === undefined) timer.start();
  running.onState?.((told) => {
    if (told.state === "running") timer.start();
    tellState(told, running, journal);
  });
  const heart = heartbeat(running, output, options);
  try {
    const end = await running.ended;
    // A server that it left may keep the pipes open for ever; what is written is read to the end.
    await output.drained;
    await stopping.settled();
    const asked = control.reason();
    const described: RunEnd = asked === undefined ? end : { ...end, ...asked, rc: rcOf(asked.cause, end) };
    return { ...described, stderr: tail.lines() };
  } finally {
    timer.cancel();
    heart.stop();
    stopping.dispose();
  }
}

function tellState(told: RunState, { handle }: Running, journal: Journal): void {
  if (told.state === "ended") return;
  const { reason, where } = { reason: undefined, where: undefined, ...told };
  journal.event(told.state, {
    ...(reason === undefined ? {} : { msg: reason }),
    ...(where === undefined ? {} : { where }),
  });
  journal.flush();
  const at = where === undefined ? handle : { ...handle, node: where };
  const waits = told.state === "queued";
  const why = waits && reason !== undefined ? `waits for its turn: ${reason}` : undefined;
  journal.change({ state: waits ? "START" : "PROGRESS", handle: at, reason: why });
}

/** As timeout(1) says it. */
function rcOf(cause: string, end: RunEnd): number | undefined {
  return cause === "timeout" ? 124 : end.rc;
}

function whenAsked(control: Control, stop: () => Promise<void>, journal: Journal) {
  let stopped: Promise<void> = Promise.resolve();
  const onAbort = () => {
    const reason = control.reason();
    journal.event("stop", { cause: reason?.cause, msg: reason?.reason });
    journal.flush();
    stopped = stop().catch((error: unknown) => {
      journal.event("log", { msg: messageOf(error) });
    });
  };
  if (control.signal.aborted) onAbort();
  else control.signal.addEventListener("abort", onAbort, { once: true });
  return {
    settled: () => stopped,
    dispose: () => control.signal.removeEventListener("abort", onAbort),
  };
}

/** Begins to count at the first `start`: the time in a queue is not the command's. */
function timeoutTimer({ timeout, control }: AttemptOptions): { start(): void; cancel(): void } {
  if (timeout === undefined) return { start() {}, cancel() {} };
  const isOver = () => control.stop({ cause: "timeout", reason: `took longer than ${timeout} s` });
  let timer: ReturnType<typeof longTimer> | undefined;
  return {
    start() {
      timer ??= longTimer(timeout * 1000, isOver);
    },
    cancel: () => timer?.cancel(),
  };
}

/** Tells that the run lives, what it uses, and what waits for its line's end. */
function heartbeat(running: Running, output: Pump, { every, journal }: AttemptOptions): { stop(): void } {
  let over = false;
  let peakGpuMemory: number | undefined;
  const beat = async () => {
    const sample = await running.sample();
    if (over) return;
    output.peek();
    journal.restore();
    if (sample !== undefined) journal.event("heartbeat", { ...sample });
    journal.flush();
    const { cpuSeconds, memory, peakMemory, gpuMemory } = sample ?? {};
    if (gpuMemory !== undefined) peakGpuMemory = Math.max(peakGpuMemory ?? 0, gpuMemory);
    const used = { cpuSeconds, memory, peakMemory, gpuMemory, peakGpuMemory };
    journal.change(sample === undefined ? {} : used);
  };
  const first = setTimeout(() => void beat(), Math.min(1000, every * 500));
  const timer = setInterval(() => void beat(), every * 1000);
  return {
    stop() {
      over = true;
      clearTimeout(first);
      clearInterval(timer);
    },
  };
}

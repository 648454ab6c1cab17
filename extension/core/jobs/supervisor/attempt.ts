import type { Readable } from "node:stream";
import { messageOf, SygaldryError } from "../../base/errors.ts";
import { type OutputLine, type OutputLines, outputLines } from "../log/output-lines.ts";
import type { ProgressRecogniser, RunEnd, Runner, Running, RunRequest } from "../runner.ts";
import type { Control } from "./control.ts";
import type { Journal } from "./journal.ts";
import { lastLines } from "./last-lines.ts";
import { progressWatch } from "./progress-watch.ts";

export interface AttemptOptions {
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
}

export interface AttemptEnd extends RunEnd {
  /** The end of what it wrote on stderr. */
  readonly stderr: readonly string[];
}

/** Milliseconds after which output that a process keeps open without writing is not waited for. */
const idle = 2_000;
const flushAfter = 20;
const diskRetry = 500;

/** Runs the command once, with all it writes in the log and its life in the status. Never rejects. */
export async function runAttempt(options: AttemptOptions): Promise<AttemptEnd> {
  const { runner, request, journal } = options;
  try {
    return await watch(await runner.start(request), options);
  } catch (error) {
    const missing = error instanceof SygaldryError && error.code === "SYG-TOOL-MISSING";
    const rc = missing ? (/EACCES/.test(error.message) ? 126 : 127) : undefined;
    journal.event("output", { stream: "stderr", msg: messageOf(error) });
    return { rc, cause: "start", reason: messageOf(error), stderr: [] };
  }
}

async function watch(running: Running, options: AttemptOptions): Promise<AttemptEnd> {
  const { journal, control } = options;
  journal.change({ state: "PROGRESS", handle: running.handle }, true);
  const tail = lastLines();
  const output = pump(running, options, (line) => tail.feed(line));
  const stopping = whenAsked(control, () => running.stop(options.grace * 1000), journal);
  const timer = timeoutTimer(options);
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

/** As timeout(1) says it. */
function rcOf(cause: string, end: RunEnd): number | undefined {
  return cause === "timeout" ? 124 : end.rc;
}

interface Pump {
  /** Both streams have ended, or nothing came any more after the command's end. */
  readonly drained: Promise<void>;
  /** Tells what waits for its line's end. */
  peek(): void;
}

/** From the streams into the log. While the log cannot be written, the streams wait, and so does the command. */
function pump(running: Running, options: AttemptOptions, onStderr: (line: string) => void): Pump {
  const { journal, control, diskPatience } = options;
  const progress = progressWatch(options.recogniser, journal);
  const streams = [
    { name: "stdout" as const, stream: running.stdout, lines: outputLines() },
    { name: "stderr" as const, stream: running.stderr, lines: outputLines() },
  ];
  let heard = performance.now();
  let flushing: NodeJS.Timeout | undefined;
  let full: { readonly since: number; readonly timer: NodeJS.Timeout } | undefined;

  const write = (name: "stdout" | "stderr", lines: readonly (string | OutputLine)[]) => {
    if (lines.length === 0) return;
    journal.output(name, lines);
    if (name === "stderr")
      for (const line of lines.slice(-20)) onStderr(typeof line === "string" ? line : line.text);
    progress.feed(name, lines);
    flushing ??= setTimeout(flush, flushAfter);
    if (journal.blocked() !== undefined) hold();
  };
  const flush = () => {
    flushing = undefined;
    journal.flush();
    if (journal.blocked() !== undefined) hold();
  };
  const hold = () => {
    if (full !== undefined) return;
    for (const { stream } of streams) stream.pause();
    const since = performance.now();
    full = { since, timer: setInterval(retry, diskRetry) };
    journal.change({ reason: `its log cannot be written: ${journal.blocked() ?? ""}` });
  };
  const retry = () => {
    journal.flush();
    const why = journal.blocked();
    if (why !== undefined && full !== undefined) {
      if (performance.now() - full.since < diskPatience * 1000) return;
      control.stop({
        cause: "disk-full",
        reason: why === "disk-full" ? "no space left for its log" : `its log cannot be written: ${why}`,
      });
    }
    clearInterval(full?.timer);
    full = undefined;
    heard = performance.now();
    if (why === undefined) journal.change({ reason: undefined });
    for (const { stream } of streams) stream.resume();
  };
  const ends = streams.map(({ name, stream, lines }) =>
    streamEnd(stream, (chunk) => {
      heard = performance.now();
      // When it was given up, the command must still be able to write what it writes while it ends.
      if (control.reason()?.cause !== "disk-full") write(name, lines.feed(chunk));
    }),
  );
  const drain = async () => {
    await Promise.race([Promise.all(ends), running.ended.then(() => silence())]);
    for (const { name, stream, lines } of streams) {
      stream.destroy();
      write(name, lines.end());
    }
    clearTimeout(flushing);
    clearInterval(full?.timer);
    journal.flush();
  };
  const silence = async () => {
    heard = Math.max(heard, performance.now());
    let over = false;
    void Promise.all(ends).then(() => (over = true));
    while (!over && (full !== undefined || performance.now() - heard < idle)) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  };
  return {
    drained: drain(),
    peek: () => peekAll(streams, write),
  };
}

function peekAll(
  streams: readonly { readonly name: "stdout" | "stderr"; readonly lines: OutputLines }[],
  write: (name: "stdout" | "stderr", lines: readonly OutputLine[]) => void,
): void {
  for (const { name, lines } of streams) write(name, lines.peek());
}

function streamEnd(stream: Readable, onData: (chunk: Buffer) => void): Promise<void> {
  return new Promise((resolve) => {
    stream.on("data", onData);
    stream.once("end", resolve);
    stream.once("close", resolve);
    stream.on("error", () => resolve());
  });
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

/** Node's timers take 24 days at most. */
const longestTimer = 2 ** 31 - 1;

function timeoutTimer({ timeout, control }: AttemptOptions): { cancel(): void } {
  if (timeout === undefined) return { cancel() {} };
  const until = performance.now() + timeout * 1000;
  let timer: NodeJS.Timeout | undefined;
  const wait = () => {
    const left = until - performance.now();
    if (left <= 0) control.stop({ cause: "timeout", reason: `took longer than ${timeout} s` });
    else timer = setTimeout(wait, Math.min(left, longestTimer));
  };
  wait();
  return { cancel: () => clearTimeout(timer) };
}

/** Tells that the run lives, what it uses, and what waits for its line's end. */
function heartbeat(running: Running, output: Pump, { every, journal }: AttemptOptions): { stop(): void } {
  let over = false;
  const beat = async () => {
    const sample = await running.sample();
    if (over) return;
    output.peek();
    journal.restore();
    if (sample !== undefined) journal.event("heartbeat", { ...sample });
    journal.flush();
    const { cpuSeconds, memory, peakMemory } = sample ?? {};
    journal.change(sample === undefined ? {} : { cpuSeconds, memory, peakMemory });
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

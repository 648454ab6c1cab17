import type { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { type OutputLine, outputLines } from "../log/output-lines.ts";
import type { ProgressRecogniser, Running } from "../runner.ts";
import type { Control } from "./control.ts";
import type { Journal } from "./journal.ts";
import { progressWatch } from "./progress-watch.ts";

export interface PumpOptions {
  readonly journal: Journal;
  readonly control: Control;
  readonly recogniser?: ProgressRecogniser | undefined;
  /** Seconds that the command is held up while its log cannot be written, until it is stopped. */
  readonly diskPatience: number;
  /** Values that the log must not hold. */
  readonly secrets: readonly string[];
  readonly onStderr: (line: string) => void;
}

export interface Pump {
  /** All that could be read is written, or it was given up: the run is stopped while the log cannot be written. */
  readonly drained: Promise<void>;
  /** Tells what waits for its line's end. */
  peek(): void;
}

/** Milliseconds after which output that a process keeps open without writing is not waited for. */
const idle = 2_000;

/** Milliseconds after which what has begun without a line's end is likely to stay so: a prompt. */
const quiet = 1_000;
const flushAfter = 20;
const diskRetry = 500;

/** From the streams into the log. While the log cannot be written, the streams wait, and so does the command. */
export function pump(running: Running, options: PumpOptions): Pump {
  const { journal } = options;
  const progress = progressWatch(options.recogniser, journal);
  const streams = [
    { name: "stdout" as const, stream: running.stdout, lines: outputLines(options.secrets), heard: 0 },
    { name: "stderr" as const, stream: running.stderr, lines: outputLines(options.secrets), heard: 0 },
  ];
  let flushing: NodeJS.Timeout | undefined;
  const dam = damOf(
    streams.map(({ stream }) => stream),
    options,
  );
  const write = (name: "stdout" | "stderr", lines: readonly (string | OutputLine)[]) => {
    if (lines.length === 0) return;
    journal.output(name, lines);
    if (name === "stderr") for (const line of lines.slice(-20)) options.onStderr(textOf(line));
    progress.feed(name, lines);
    flushing ??= setTimeout(flush, flushAfter);
    dam.check();
  };
  const flush = () => {
    flushing = undefined;
    journal.flush();
    dam.check();
  };
  const ends = streams.map((one) =>
    streamEnd(one.stream, (chunk) => {
      one.heard = performance.now();
      // Who is stopped must still be able to write what it writes while it ends.
      if (!dam.givenUp()) write(one.name, one.lines.feed(chunk));
    }),
  );
  const allEnded = Promise.all(ends);
  const drain = async () => {
    await Promise.race([allEnded, running.ended.then(() => silence())]);
    for (const { name, stream, lines } of streams) {
      stream.destroy();
      if (!dam.givenUp()) write(name, lines.end());
    }
    clearTimeout(flushing);
    flush();
    // What was read is not lost because the command has ended.
    while (dam.closed()) await sleep(50);
    dam.dispose();
  };
  const silence = async () => {
    const began = performance.now();
    let over = false;
    void allEnded.then(() => (over = true));
    const last = () => Math.max(began, dam.openedAt(), ...streams.map(({ heard }) => heard));
    while (!over && (dam.closed() || performance.now() - last() < idle)) await sleep(50);
  };
  return {
    drained: drain(),
    peek() {
      for (const { name, lines, heard } of streams) {
        write(name, lines.peek(performance.now() - heard > quiet));
      }
    },
  };
}

interface Dam {
  /** Holds the streams up when the log cannot be written. */
  check(): void;
  closed(): boolean;
  openedAt(): number;
  /** The run is stopped and its log cannot be written: what it still writes is let go. */
  givenUp(): boolean;
  dispose(): void;
}

function damOf(streams: readonly Readable[], { journal, control, diskPatience }: PumpOptions): Dam {
  let timer: NodeJS.Timeout | undefined;
  let since = 0;
  let opened = 0;
  const givenUp = () => control.signal.aborted && journal.blocked() !== undefined;
  const open = () => {
    if (timer === undefined) return;
    clearInterval(timer);
    timer = undefined;
    opened = performance.now();
    for (const stream of streams) stream.resume();
  };
  const retry = () => {
    journal.flush();
    const why = journal.blocked();
    if (why === undefined) {
      journal.change({ reason: undefined });
      open();
    } else if (performance.now() - since >= diskPatience * 1000) {
      const reason = why === "disk-full" ? "no space left for its log" : `its log cannot be written: ${why}`;
      control.stop({ cause: "disk-full", reason });
    }
  };
  control.signal.addEventListener("abort", open, { once: true });
  return {
    check() {
      if (timer !== undefined || control.signal.aborted || journal.blocked() === undefined) return;
      for (const stream of streams) stream.pause();
      since = performance.now();
      timer = setInterval(retry, diskRetry);
      journal.change({ reason: `its log cannot be written: ${journal.blocked() ?? ""}` });
    },
    closed: () => timer !== undefined,
    openedAt: () => opened,
    givenUp,
    dispose() {
      open();
      control.signal.removeEventListener("abort", open);
    },
  };
}

function textOf(line: string | OutputLine): string {
  return typeof line === "string" ? line : line.text;
}

function streamEnd(stream: Readable, onData: (chunk: Buffer) => void): Promise<void> {
  return new Promise((resolve) => {
    stream.on("data", onData);
    stream.once("end", resolve);
    stream.once("close", resolve);
    stream.on("error", () => resolve());
  });
}

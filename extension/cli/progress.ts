import pc from "picocolors";
import type { BuildProgress, BuildStep } from "../core/container/build-progress.ts";
import type { OutputOptions } from "./output.ts";

type OnProgress = (progress: BuildProgress) => void;

/** Where progress is shown: stderr, in a terminal as a live display. */
export interface ProgressStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/**
 * Runs `action` and shows its progress: each step that ends as one line with its time, and in a terminal the steps at
 * work below them. Nothing with --quiet.
 */
export async function withProgress<T>(
  options: OutputOptions,
  action: (onProgress: OnProgress) => Promise<T>,
  stream: ProgressStream = process.stderr,
): Promise<T> {
  if (options.quiet) return action(() => {});
  const view = progressView(stream);
  const timer = stream.isTTY ? setInterval(view.redraw, 100) : undefined;
  try {
    return await action((progress) => view.update(progress));
  } finally {
    clearInterval(timer);
    view.end();
  }
}

/** Exported for its test. */
export function progressView(stream: ProgressStream, now: () => number = Date.now) {
  const told = new Set<string>();
  let running: readonly BuildStep[] = [];
  let drawn = 0;
  const erase = () => {
    if (drawn > 0) stream.write(`\u001b[${drawn}A\u001b[0J`);
    drawn = 0;
  };
  const redraw = () => {
    erase();
    if (!stream.isTTY) return;
    const shown = running.slice(0, 8);
    for (const step of shown) stream.write(`${cutToWidth(stream, spinnerLine(step, now()))}\n`);
    drawn = shown.length;
  };
  return {
    redraw,
    end: erase,
    update(progress: BuildProgress) {
      const visible = progress.steps.filter((step) => !step.internal);
      const ended = visible.filter((step) => step.state !== "running" && !told.has(step.id));
      running = visible.filter((step) => step.state === "running");
      if (ended.length > 0) erase();
      for (const step of ended) {
        told.add(step.id);
        stream.write(`${cutToWidth(stream, endedLine(step))}\n`);
      }
      redraw();
    },
  };
}

const frames = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];

function spinnerLine(step: BuildStep, now: number): string {
  const frame = frames[Math.floor(now / 100) % frames.length] ?? "";
  return `${pc.cyan(frame)} ${shortName(step)} ${pc.dim(duration((now - step.startedAt) / 1000))}`;
}

function endedLine(step: BuildStep): string {
  const name = shortName(step);
  switch (step.state) {
    case "cached":
      return `${pc.dim("=")} ${pc.dim(`${name} (cached)`)}`;
    case "failed":
      return `${pc.red("✗")} ${name} ${pc.dim(duration(step.seconds))}`;
    case "stopped":
      return `${pc.dim("-")} ${pc.dim(`${name} (stopped)`)}`;
    default:
      return `${pc.green("✓")} ${name} ${pc.dim(duration(step.seconds))}`;
  }
}

/** The paths of our own build scripts say nothing to the reader. */
function shortName(step: BuildStep): string {
  return step.name
    .replaceAll("/usr/local/lib/sygaldry/image/", "")
    .replace(/--mount=\S+ /g, "")
    .replace(/\s+/g, " ");
}

function duration(seconds: number | undefined): string {
  if (seconds === undefined) return "";
  return seconds < 60
    ? `${seconds.toFixed(1)} s`
    : `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
}

/** Cut to one line of the terminal; escape sequences take no room. */
function cutToWidth(stream: ProgressStream, line: string): string {
  const width = stream.isTTY ? (stream.columns || 80) - 1 : 200;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: an escape sequence begins with one
  const parts = line.split(/(\u001b\[[0-9;]*m)/);
  let room = width;
  let cut = false;
  const kept = parts.map((part, index) => {
    if (index % 2 === 1) return part;
    if (cut) return "";
    cut = part.length > room;
    const shown = cut ? `${part.slice(0, Math.max(0, room - 1))}…` : part;
    room -= part.length;
    return shown;
  });
  return kept.join("");
}

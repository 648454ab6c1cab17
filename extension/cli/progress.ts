import pc from "picocolors";
import type { BuildProgress, BuildStep } from "../core/container/build-progress.ts";
import { duration, liveLines, type ProgressStream, spinner } from "./live-lines.ts";
import type { OutputOptions } from "./output.ts";
import { standardError } from "./standard-streams.ts";

type OnProgress = (progress: BuildProgress) => void;

/**
 * Runs `action` and shows its progress: each step that ends as one line with its time, and in a terminal the steps at
 * work below them. Nothing with --quiet.
 */
export async function withProgress<T>(
  options: OutputOptions,
  action: (onProgress: OnProgress) => Promise<T>,
  stream: ProgressStream = standardError(),
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
  const live = liveLines(stream);
  const redraw = () => live.draw(running.slice(0, 8).map((step) => spinnerLine(step, now())));
  return {
    redraw,
    end: live.erase,
    update(progress: BuildProgress) {
      const visible = progress.steps.filter((step) => !step.internal);
      const ended = visible.filter((step) => step.state !== "running" && !told.has(step.id));
      running = visible.filter((step) => step.state === "running");
      for (const step of ended) {
        told.add(step.id);
        live.print(endedLine(step));
      }
      redraw();
    },
  };
}

function spinnerLine(step: BuildStep, now: number): string {
  return `${spinner(now)} ${shortName(step)} ${pc.dim(duration((now - step.startedAt) / 1000))}`;
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

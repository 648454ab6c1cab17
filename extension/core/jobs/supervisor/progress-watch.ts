import type { OutputLine } from "../log/output-lines.ts";
import type { Progress, ProgressRecogniser } from "../runner.ts";
import type { Journal } from "./journal.ts";

/** Milliseconds between two statuses with nothing but new progress. */
const pause = 1000;

/** Of output at full speed only the last lines are looked at. */
const looked = 50;

/** Feeds a recogniser and writes what it finds into the status, at most once a second. */
export function progressWatch(
  recogniser: ProgressRecogniser | undefined,
  journal: Journal,
): { feed(stream: "stdout" | "stderr", lines: readonly (string | OutputLine)[]): void } {
  let written = Number.NEGATIVE_INFINITY;
  let latest: Progress | undefined;
  return {
    feed(stream, lines) {
      if (recogniser === undefined) return;
      for (const line of lines.slice(-looked)) {
        latest = recogniser.feed(typeof line === "string" ? line : line.text, stream) ?? latest;
      }
      if (latest === undefined || performance.now() - written < pause) return;
      written = performance.now();
      journal.event("progress", { ...latest });
      journal.change({ progress: latest });
      latest = undefined;
    },
  };
}

import type { BuildProgress } from "./build-progress.ts";
import { changeStep, noteLine, putInstruction, putStep } from "./build-progress-steps.ts";

/**
 * One line of BuildKit's plain progress (Docker 20.10's own, buildx 0.9 to 0.29): `#7 [python 2/3] RUN …`, then of that
 * step `#7 0.723 output`, `#7 CACHED`, `#7 DONE 1.2s`, `#7 ERROR: …`, `#7 CANCELED`; steps take turns. After an error a
 * summary between lines of dashes repeats it.
 */
export function buildKitLine(progress: BuildProgress, line: string, time: number): BuildProgress {
  if (/^-{6,}$/.test(line)) return { ...progress, summary: true };
  const [, number, rest = ""] = /^#(\d+) (.*)$/.exec(line) ?? [];
  if (number === undefined || progress.summary) return progress;
  const id = `build${progress.builds}.${number}`;
  const known = progress.steps.some((step) => step.id === id);
  if (!known) return beginStep(progress, id, rest, time);
  const at = { ...progress, current: id };
  const [, seconds] = /^DONE ([\d.]+)s$/.exec(rest) ?? [];
  if (seconds !== undefined) return changeStep(at, id, { state: "done", seconds: Number(seconds) }, time);
  if (rest === "CACHED") return changeStep(at, id, { state: "cached" }, time);
  if (rest === "CANCELED") return changeStep(at, id, { state: "stopped" }, time);
  if (rest.startsWith("ERROR: ")) return failStep(at, id, rest.slice("ERROR: ".length), time);
  const [, output] = /^\d+\.\d+ (.*)$/.exec(rest) ?? [];
  return output === undefined ? at : noteLine(at, id, output);
}

function beginStep(progress: BuildProgress, id: string, title: string, time: number): BuildProgress {
  const [, stage, instruction] = /^\[(?:(\S+) +)?\d+\/\d+\] (.*)$/.exec(title) ?? [];
  if (instruction === undefined)
    return putStep(progress, id, title.replace(/^\[internal\] /, ""), time, true);
  return putInstruction(progress, id, { stage, instruction }, time);
}

/** The error repeats the whole command, which the step's name holds already; only its exit code is new. */
function failStep(progress: BuildProgress, id: string, error: string, time: number): BuildProgress {
  const [, code] = /: exit code: (\d+)$/.exec(error) ?? [];
  if (code !== undefined) return changeStep(progress, id, { state: "failed", exitCode: Number(code) }, time);
  return noteLine(changeStep(progress, id, { state: "failed" }, time), id, error);
}

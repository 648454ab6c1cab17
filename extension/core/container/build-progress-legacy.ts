import type { BuildProgress } from "./build-progress.ts";
import { changeStep, noteLine, putInstruction } from "./build-progress-steps.ts";

/**
 * One line of Docker's legacy builder (20.10 to 28): `Step 3/20 : RUN …`, ` ---> Using cache`, ` ---> Running in <id>`,
 * `Removing intermediate container <id>`, ` ---> <layer>`, `The command '…' returned a non-zero code: 3`, and between
 * them what the commands print, on the same stream.
 */
export function legacyLine(progress: BuildProgress, line: string, time: number): BuildProgress {
  const [, number, instruction] = /^Step (\d+)\/\d+ : (.*)$/.exec(line) ?? [];
  // Numbered in order: a build inside a command of this build does not count.
  if (instruction !== undefined && Number(number) === progress.legacyStep + 1) {
    return beginStep({ ...progress, legacyStep: Number(number) }, instruction, time);
  }
  const [, running] = /^ ---> Running in ([0-9a-f]{12})$/.exec(line) ?? [];
  if (running !== undefined) return { ...progress, intermediates: [...progress.intermediates, running] };
  const [, removed] = /^Removing intermediate container ([0-9a-f]{12})$/.exec(line) ?? [];
  if (removed !== undefined) {
    return { ...progress, intermediates: progress.intermediates.filter((id) => id !== removed) };
  }
  if (line === " ---> Using cache") return changeStep(progress, progress.current, { state: "cached" }, time);
  if (/^ ---> [0-9a-f]{12}$/.test(line))
    return changeStep(progress, progress.current, { state: "done" }, time);
  if (/^Successfully (?:built|tagged) /.test(line)) return { ...progress, current: undefined };
  const [, code] = /^The command '.*' returned a non-zero code: (\d+)$/.exec(line) ?? [];
  if (code !== undefined) {
    return changeStep(progress, progress.current, { state: "failed", exitCode: Number(code) }, time);
  }
  return noteLine(progress, progress.current, line);
}

function beginStep(progress: BuildProgress, instruction: string, time: number): BuildProgress {
  const from = /^FROM\s+(?:--\S+\s+)*\S+(?:\s+AS\s+(\S+))?/i.exec(instruction);
  const stage = from === null ? progress.stage : from[1];
  const done = changeStep(progress, progress.current, { state: "done" }, time);
  const id = `build${progress.builds}.${progress.legacyStep}`;
  return putInstruction({ ...done, stage }, id, { stage, instruction }, time);
}

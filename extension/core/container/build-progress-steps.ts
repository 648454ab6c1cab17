import type { BuildProgress, BuildStep } from "./build-progress.ts";

const keptLines = 60;

/** Begins a step of a Dockerfile. Stages that the devcontainers CLI adds are not named, and what it adds is internal. */
export function putInstruction(
  progress: BuildProgress,
  id: string,
  { stage, instruction }: { readonly stage: string | undefined; readonly instruction: string },
  time: number,
): BuildProgress {
  const internal =
    progress.ownBuild || stage === "dev_containers_target_stage" || /^ARG _DEV_CONTAINERS_/.test(instruction);
  const named =
    stage === undefined || /^dev_containers?_/.test(stage) ? instruction : `${stage}: ${instruction}`;
  return putStep(progress, id, named, time, internal);
}

/** Begins a step, which becomes the current one; one that is there already only becomes current. */
export function putStep(
  progress: BuildProgress,
  id: string,
  name: string,
  time: number,
  internal = false,
): BuildProgress {
  if (progress.steps.some((step) => step.id === id && step.state === "running"))
    return { ...progress, current: id };
  const step: BuildStep = {
    ...{ id, name: name.replace(/\s+/g, " ").trim(), state: "running", seconds: undefined },
    ...{ startedAt: time, internal, lines: [], exitCode: undefined },
  };
  return { ...progress, steps: [...progress.steps.filter((other) => other.id !== id), step], current: id };
}

/** Changes a running step; its time is what the builder said, else the time that has passed. */
export function changeStep(
  progress: BuildProgress,
  id: string | undefined,
  change: Partial<Pick<BuildStep, "state" | "seconds" | "exitCode">>,
  time: number,
): BuildProgress {
  const steps = progress.steps.map((step) => {
    if (step.id !== id || (step.state !== "running" && change.exitCode === undefined)) return step;
    const changed = { ...step, ...change };
    if (changed.state === "running" || changed.seconds !== undefined) return changed;
    return { ...changed, seconds: Math.max(0, time - step.startedAt) / 1000 };
  });
  return { ...progress, steps };
}

/** Adds a line of output to a step. */
export function noteLine(progress: BuildProgress, id: string | undefined, line: string): BuildProgress {
  const steps = progress.steps.map((step) =>
    step.id === id ? { ...step, lines: [...step.lines.slice(1 - keptLines), line] } : step,
  );
  return { ...progress, steps };
}

import { buildKitLine } from "./build-progress-buildkit.ts";
import { legacyLine } from "./build-progress-legacy.ts";
import { changeStep, noteLine, putStep } from "./build-progress-steps.ts";
import type { DevcontainerEvent } from "./devcontainer-events.ts";

export interface BuildStep {
  /** Unique in its run: "build1.5", "pull", "create", "postCreateCommand". */
  readonly id: string;
  /** What it does, in one line: "python: RUN apt-get install …". */
  readonly name: string;
  readonly state: StepState;
  /** How long it took; undefined while it runs. */
  readonly seconds: number | undefined;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  /** Work of the builder (exporting) or of the devcontainers CLI (the user's ids), not a step of the Dockerfile. */
  readonly internal: boolean;
  /** The end of its output. */
  readonly lines: readonly string[];
  /** The exit code of the command that failed, where one was told. */
  readonly exitCode: number | undefined;
}

/** stopped: it ended unfinished, because another step failed. */
type StepState = "running" | "cached" | "done" | "failed" | "stopped";

/** A run of the devcontainers CLI as far as it came. Plain data; `advance` makes the next. */
export interface BuildProgress {
  readonly steps: readonly BuildStep[];
  /** How many builds were begun: the devcontainers CLI may build twice (the user's ids). */
  readonly builds: number;
  readonly builder: "legacy" | "buildkit" | undefined;
  /** This build is one that the devcontainers CLI adds. */
  readonly ownBuild: boolean;
  /** The step the last line belongs to. */
  readonly current: string | undefined;
  /** Of the legacy builder: the stage's name, and the number of the step. */
  readonly stage: string | undefined;
  readonly legacyStep: number;
  /** BuildKit's summary of an error has begun: no more steps come. */
  readonly summary: boolean;
  /** Containers that the legacy builder has made and not removed: their ids. */
  readonly intermediates: readonly string[];
  /** When `docker run` was called for a new dev container, in milliseconds since the epoch. */
  readonly created: number | undefined;
  /** The end of all that was printed, errors of the CLI included; without its stack traces. */
  readonly log: readonly string[];
}

export const noProgress: BuildProgress = {
  ...{ steps: [], builds: 0, builder: undefined, ownBuild: false, current: undefined, stage: undefined },
  ...{ legacyStep: 0, summary: false, intermediates: [], created: undefined, log: [] },
};

/** The progress after one more event. Pure. */
export function advance(progress: BuildProgress, event: DevcontainerEvent): BuildProgress {
  switch (event.kind) {
    case "start":
      return event.channel === undefined ? onStart(progress, event.text, event.time) : progress;
    case "stop":
      return onStop(progress, event.text, event.time);
    case "progress":
      return onLifecycle(progress, event.name, event.status, event.time);
    case "message":
      return event.level >= 3 || engineGone.test(event.text)
        ? onMessage(progress, event.text, event.time)
        : progress;
    case "other":
      return isTrace(event.text) ? progress : log(progress, event.text);
    case "output":
      return event.text === "" ? progress : onOutput(log(progress, event.text), event);
  }
}

/** The run is over: whatever still ran has failed, or (on success) is done. */
export function finishProgress(progress: BuildProgress, succeeded: boolean, time: number): BuildProgress {
  const state = succeeded ? "done" : "failed";
  return progress.steps
    .filter((step) => step.state === "running")
    .reduce((after, step) => changeStep(after, step.id, { state }, time), progress);
}

function onStart(progress: BuildProgress, text: string, time: number): BuildProgress {
  // What failed would have ended the run.
  const before = endRunning(endRunning(progress, "initializeCommand", time), "pull", time);
  const [, verb, rest = ""] = /^Run: \S+ (?:buildx )?(build|pull|run) (.*)$/s.exec(text) ?? [];
  switch (verb) {
    case "build": {
      const ownBuild = /updateUID\.Dockerfile/.test(rest);
      const fresh = {
        builder: undefined,
        current: undefined,
        stage: undefined,
        legacyStep: 0,
        summary: false,
      };
      return { ...before, ...fresh, builds: before.builds + 1, ownBuild };
    }
    case "pull":
      return putStep(before, "pull", `pull ${rest.trim()}`, time);
    case "run":
      return putStep({ ...before, created: time }, "create", "create the container", time);
    default:
      return before;
  }
}

function onStop(progress: BuildProgress, text: string, time: number): BuildProgress {
  return text === "Starting container" ? endRunning(progress, "create", time) : progress;
}

function onLifecycle(progress: BuildProgress, name: string, status: string, time: number): BuildProgress {
  const command = /^Running (\w+)/.exec(name)?.[1];
  if (command === undefined) return progress;
  if (status === "running") return putStep(progress, command, command, time);
  return changeStep(progress, command, { state: status === "succeeded" ? "done" : "failed" }, time);
}

function onMessage(progress: BuildProgress, text: string, time: number): BuildProgress {
  const [, command, code] = /^(\w+Command) from .* failed with exit code (\d+)/.exec(text) ?? [];
  const logged = text.split("\n").reduce(log, progress);
  if (command === undefined) return logged;
  return changeStep(logged, command, { state: "failed", exitCode: Number(code) }, time);
}

function onOutput(
  progress: BuildProgress,
  { text, time, channel }: Extract<DevcontainerEvent, { kind: "output" }>,
): BuildProgress {
  const lifecycle = /^Running (?:the |\S+ of )(\w+Command) from /.exec(text)?.[1];
  if (channel !== undefined && lifecycle !== undefined) return putStep(progress, lifecycle, lifecycle, time);
  if (channel !== undefined || isRunning(progress, "create") || isRunning(progress, "pull")) {
    return noteLine(progress, progress.current, text);
  }
  if (progress.builds === 0) return progress;
  const builder = progress.builder ?? builderOf(text);
  const known = { ...progress, builder };
  if (builder === "buildkit") return buildKitLine(known, text, time);
  return builder === "legacy" ? legacyLine(known, text, time) : known;
}

function builderOf(line: string): BuildProgress["builder"] {
  if (/^#\d+ /.test(line)) return "buildkit";
  return /^(?:Step 1\/\d+ :|Sending build context to Docker daemon)/.test(line) ? "legacy" : undefined;
}

function endRunning(progress: BuildProgress, id: string, time: number): BuildProgress {
  return isRunning(progress, id) ? changeStep(progress, id, { state: "done" }, time) : progress;
}

function isRunning(progress: BuildProgress, id: string): boolean {
  return progress.steps.some((step) => step.id === id && step.state === "running");
}

/** Told on the level of debugging output, and yet the reason why all fails. */
const engineGone =
  /^(?:Cannot connect to the Docker daemon|error during connect|.*permission denied while trying to connect)/;

const logLines = 400;

function log(progress: BuildProgress, line: string): BuildProgress {
  return { ...progress, log: [...progress.log.slice(1 - logLines), line] };
}

function isTrace(line: string): boolean {
  return /^ {4}at /.test(line);
}

import { isCancellation, SygaldryError } from "../base/errors.ts";
import type { Command, ProcessRunner } from "../base/process.ts";
import type { Redact } from "../base/redact.ts";
import { explainFailure } from "./build-failures.ts";
import { removeLeftovers } from "./build-leftovers.ts";
import { advance, type BuildProgress, finishProgress, noProgress } from "./build-progress.ts";
import {
  type BuildOptions,
  buildCommand,
  type DevcontainerCli,
  type DevcontainerOptions,
  type RunUserCommandsOptions,
  readConfigurationCommand,
  runUserCommandsCommand,
  type UpOptions,
  upCommand,
} from "./devcontainer-command.ts";
import { eventReader } from "./devcontainer-events.ts";
import {
  type DevcontainerResult,
  parseBuildResult,
  parseConfiguration,
  parseRunUserCommandsResult,
  parseUpResult,
  type UpResult,
} from "./devcontainer-result.ts";
import type { ContainerEngine } from "./engine.ts";

/** What driving the CLI needs, and where its news go. */
export interface DevcontainerRun {
  readonly cli: DevcontainerCli;
  readonly runner: ProcessRunner;
  /** Takes away what a failed or cancelled run leaves behind. */
  readonly engine: ContainerEngine;
  readonly redact: Redact;
  readonly signal?: AbortSignal | undefined;
  /** Every line of its stderr as it is, for the full log: not redacted. */
  readonly onLine?: (line: string) => void;
  /** The progress after every line that changed it: not redacted. */
  readonly onProgress?: (progress: BuildProgress) => void;
}

/**
 * `devcontainer up`. Throws what `explainFailure` finds; SYG-CANCELLED after the process tree has ended and a container
 * that this run made is gone again. A container whose lifecycle command failed stays, to be looked at; one that never
 * started goes.
 */
export async function devcontainerUp(run: DevcontainerRun, options: UpOptions): Promise<UpResult> {
  return drive(run, options, upCommand(run.cli, options), parseUpResult);
}

/** `devcontainer build`; returns the names of the image. Throws like `devcontainerUp`. */
export async function devcontainerBuild(
  run: DevcontainerRun,
  options: BuildOptions,
): Promise<readonly string[]> {
  return drive(run, options, buildCommand(run.cli, options), parseBuildResult);
}

/** `devcontainer run-user-commands`: the lifecycle commands that are due. Throws like `devcontainerUp`. */
export async function devcontainerRunUserCommands(
  run: DevcontainerRun,
  options: RunUserCommandsOptions,
): Promise<string> {
  return drive(run, options, runUserCommandsCommand(run.cli, options), parseRunUserCommandsResult);
}

/** `devcontainer read-configuration`: the configuration with variables replaced. Throws like `devcontainerUp`. */
export async function devcontainerConfiguration(
  run: DevcontainerRun,
  options: DevcontainerOptions,
): Promise<Readonly<Record<string, unknown>>> {
  return drive(run, options, readConfigurationCommand(run.cli, options), parseConfiguration);
}

async function drive<T>(
  run: DevcontainerRun,
  { workspaceFolder }: DevcontainerOptions,
  command: Command,
  parse: (stdout: string) => DevcontainerResult<T>,
): Promise<T> {
  const follower = followProgress(run);
  const ended = (succeeded: boolean) =>
    run.onProgress?.(finishProgress(follower.progress(), succeeded, Date.now()));
  try {
    const { stdout, exitCode } = await run.runner.run(command, {
      onLine: (line, stream) => stream === "stderr" && follower.line(line),
      ...(run.signal === undefined ? {} : { signal: run.signal }),
    });
    follower.end();
    const result = parse(stdout);
    if (result.outcome === "success" && exitCode === 0) {
      ended(true);
      return result.value;
    }
    const { message, description, containerId } =
      result.outcome === "error" ? result : { message: "", description: "", containerId: undefined };
    ended(false);
    await removeLeftovers(run.engine, follower.progress(), { workspaceFolder, cancelled: false });
    const engineGone = await isGone(run.engine);
    throw explainFailure(
      { message, description, containerId, exitCode, engineGone, progress: follower.progress() },
      run.redact,
    );
  } catch (error) {
    if (isCancellation(error)) {
      ended(false);
      await removeLeftovers(run.engine, follower.progress(), { workspaceFolder, cancelled: true });
    }
    throw error;
  }
}

/** A command in a container that goes with its engine ends like any that failed. */
async function isGone(engine: ContainerEngine): Promise<boolean> {
  try {
    await engine.version();
    return false;
  } catch (error) {
    return error instanceof SygaldryError && error.code === "SYG-ENGINE-MISSING";
  }
}

function followProgress({ onLine, onProgress }: DevcontainerRun) {
  const reader = eventReader();
  let progress = noProgress;
  const take = (events: ReturnType<typeof reader.read>) => {
    const before = progress;
    progress = events.reduce(advance, progress);
    if (progress !== before) onProgress?.(progress);
  };
  return {
    progress: () => progress,
    line: (line: string) => {
      onLine?.(line);
      take(reader.read(line));
    },
    end: () => take(reader.end()),
  };
}

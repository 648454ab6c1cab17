import { SygaldryError } from "../base/errors.ts";
import type { Redact } from "../base/redact.ts";
import { aptFailure, baseImageFailure, downloadFailure } from "./build-failure-sources.ts";
import type { BuildProgress, BuildStep } from "./build-progress.ts";
import { diskFull, diskFullNext, noGpu, noGpuNext, noPermission, startHint } from "./engine-failures.ts";
import { hostFailure } from "./host-failures.ts";

/** A run of the devcontainers CLI that did not succeed. */
export interface FailedRun {
  /** Its own words, which may hold a whole docker command line; empty when it ended without any. */
  readonly message: string;
  readonly description: string;
  readonly exitCode: number;
  /** How far it came; not finished, so that what still ran can be told from what failed. */
  readonly progress: BuildProgress;
  /** The container it made or found, if it came that far. */
  readonly containerId: string | undefined;
  /** The engine did not answer any more when the run was over. */
  readonly engineGone?: boolean;
}

/** A failed run and the step that failed, ready to be recognised. */
export interface Failure extends FailedRun {
  readonly step: BuildStep | undefined;
}

/**
 * Why a run failed, with the next step: SYG-TOOL-MISSING (the docker client), SYG-ENGINE-MISSING, SYG-ENGINE-PERMISSION,
 * SYG-DISK-FULL, SYG-BASE-IMAGE, SYG-DOWNLOAD, SYG-GPU, SYG-UP (a lifecycle command, or the container), otherwise
 * SYG-BUILD with the failing step and its last lines. Every text goes through `redact`.
 */
export function explainFailure(run: FailedRun, redact: Redact): SygaldryError {
  const failure = { ...run, step: failingStep(run.progress) };
  const recognisers = [
    ...[clientFailure, engineFailure, diskFailure, hostFailure, baseImageFailure, downloadFailure],
    ...[aptFailure, gpuFailure, lifecycleFailure, stepFailure],
  ];
  for (const recognise of recognisers) {
    const error = recognise(failure);
    if (error !== undefined) return finished(error, failure, redact);
  }
  return finished(otherFailure(failure), failure, redact);
}

/** The step whose command failed; when none did, the one that was at work. */
function failingStep({ steps }: BuildProgress): BuildStep | undefined {
  const failed = steps.filter((step) => step.state === "failed");
  return (
    failed.find((step) => step.exitCode !== undefined) ??
    failed[0] ??
    steps.findLast((step) => step.state === "running")
  );
}

function clientFailure({ step, progress }: Failure): SygaldryError | undefined {
  if (step?.exitCode !== undefined) return undefined;
  const said = progress.log.map((line) => /^Error: spawn (.*) ENOENT$/.exec(line)?.[1]);
  const client = said.find((program) => program !== undefined && /docker|podman/.test(program));
  if (client === undefined) return undefined;
  return new SygaldryError("SYG-TOOL-MISSING", `the program ${client} is not there`, {
    next: "Install a docker client (docker-ce-cli, or docker.io) or put it on PATH; SYGALDRY_DOCKER names another.",
  });
}

function engineFailure({ step, progress, engineGone = false }: Failure): SygaldryError | undefined {
  if (step?.exitCode !== undefined && isBuildStep(step) && !engineGone) return undefined;
  const tail = progress.log.slice(-12);
  if (tail.some((line) => noPermission.test(line))) {
    return new SygaldryError("SYG-ENGINE-PERMISSION", "this user may not talk to the container engine", {
      next: "Add yourself to the docker group (`sudo usermod -aG docker $USER`, then log in again), or use rootless Docker.",
    });
  }
  if (!engineGone && !tail.some((line) => gone.test(line))) return undefined;
  const when =
    step === undefined
      ? "no container engine answers"
      : `the container engine stopped during: ${brief(step)}`;
  return new SygaldryError("SYG-ENGINE-MISSING", when, {
    next: `${startHint(process.platform)} Then run this again: finished steps are kept.`,
  });
}

/** Last words of docker clients 20.10 to 28 and buildx when the connection to the engine breaks or cannot be made. */
const gone =
  /^(?:(?:ERROR|error|docker): )*(?:unexpected EOF|EOF|Cannot connect to the Docker daemon.*|error during connect: .*|.*error reading from server: EOF.*|(?:failed to (?:solve|receive status): )?rpc error: code = Unavailable .*|read unix .*: connection reset by peer)$/;

function diskFailure({ step, progress }: Failure): SygaldryError | undefined {
  const line = [...(step?.lines ?? []), ...progress.log.slice(-40)].find((text) => diskFull.test(text));
  if (line === undefined) return undefined;
  const where = step === undefined ? "" : ` during: ${brief(step)}`;
  return new SygaldryError("SYG-DISK-FULL", `the disk is full${where}\n${line}`, { next: diskFullNext });
}

function gpuFailure({ step, progress }: Failure): SygaldryError | undefined {
  if (step !== undefined && isBuildStep(step)) return undefined;
  const line = progress.log.findLast((text) => noGpu.test(text));
  if (line === undefined) return undefined;
  return new SygaldryError("SYG-GPU", `the container engine cannot give the container a GPU\n${line}`, {
    next: noGpuNext,
  });
}

function lifecycleFailure({ step, description }: Failure): SygaldryError | undefined {
  const command =
    /^(?:The )?(\w+Command) (?:from|in) .* failed/.exec(description)?.[1] ?? lifecycleName(step);
  if (command === undefined) return undefined;
  const code = step?.exitCode === undefined ? "failed" : `failed with exit code ${step.exitCode}`;
  const lines = step?.id === command ? step.lines : [];
  const key = command.replace(/Command$/, "");
  return new SygaldryError("SYG-UP", [`${command} ${code}`, ...lastLines(lines)].join("\n"), {
    next:
      key === "initialize"
        ? "It runs on this machine before the container is made: mend what it says, then run `sygaldry up` again."
        : `Correct lifecycle.${key} in sygaldry.yaml, then run \`sygaldry up\` again.`,
    data: { command },
  });
}

function stepFailure({ step }: Failure): SygaldryError | undefined {
  if (step === undefined) return undefined;
  const code = step.exitCode === undefined ? "" : ` (exit code ${step.exitCode})`;
  const text = [`${brief(step)} failed${code}`, ...lastLines(step.lines)].join("\n");
  return isBuildStep(step)
    ? new SygaldryError("SYG-BUILD", text, {
        next: "Mend what the step says (the full log has all of it), then run this again: finished steps are kept.",
      })
    : new SygaldryError("SYG-UP", text, { next: "Mend what the engine says, then run `sygaldry up` again." });
}

function otherFailure({ message, description, progress, exitCode }: Failure): SygaldryError {
  const said = lastLines(progress.log.filter((line) => !/^(?:Error: )?Command failed: /.test(line)));
  const what = description || withoutArguments(message) || `the devcontainers CLI exited with ${exitCode}`;
  return new SygaldryError(progress.builds > 0 ? "SYG-BUILD" : "SYG-UP", [what, ...said].join("\n"));
}

/** "Command failed: docker run --mount …" holds dozens of arguments: the program and its verb say enough. */
function withoutArguments(message: string): string {
  return message.replace(/^(Command failed: \S+ \S+) .*$/s, "$1 …");
}

function finished(error: SygaldryError, { step, containerId }: Failure, redact: Redact): SygaldryError {
  const facts = {
    ...(step === undefined ? {} : { step: redact(brief(step)) }),
    ...(step?.exitCode === undefined ? {} : { exitCode: step.exitCode }),
    ...(containerId === undefined ? {} : { containerId }),
  };
  const own = Object.entries(error.data ?? {}).map(([name, value]) => [
    name,
    typeof value === "string" ? redact(value) : value,
  ]);
  return new SygaldryError(error.code, redact(error.message), {
    ...(error.next === undefined ? {} : { next: error.next }),
    data: { ...facts, ...Object.fromEntries(own) },
  });
}

function lifecycleName(step: BuildStep | undefined): string | undefined {
  return step?.id.endsWith("Command") ? step.id : undefined;
}

function isBuildStep(step: BuildStep): boolean {
  return step.id.startsWith("build");
}

function brief(step: BuildStep): string {
  return step.name.length > 160 ? `${step.name.slice(0, 159)}…` : step.name;
}

function lastLines(lines: readonly string[]): readonly string[] {
  return lines.filter((line) => line.trim() !== "").slice(-12);
}

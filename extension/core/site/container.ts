import { PassThrough, Readable, type Writable } from "node:stream";
import { isCancellation, SygaldryError } from "../base/errors.ts";
import { collectLines } from "../base/lines.ts";
import type { Command, ProcessResult, RunOptions } from "../base/process.ts";
import type { PathTranslation } from "./paths.ts";
import type { Site } from "./site.ts";

/** One command for the running dev container. */
export interface ContainerCommand {
  readonly argv: readonly string[];
  /** `NAME=value`, added to the container's environment. */
  readonly environment: readonly string[];
  /** Path in the container; the workspace when absent. */
  readonly workingDirectory?: string;
  readonly stdin: Readable | undefined;
  readonly stdout: Writable;
  readonly stderr: Writable;
  readonly signal?: AbortSignal;
  readonly endWith?: RunOptions["endWith"] & string;
  readonly kill?: AbortSignal;
  readonly daemons?: "stay";
}

/**
 * Runs a command in the project's container as the container's user and returns its exit code. When `signal` fires it
 * ends the whole process tree there (TERM, later KILL) and throws SYG-CANCELLED. Throws SYG-NO-CONTAINER when none runs.
 */
export type ContainerExec = (command: ContainerCommand) => Promise<number>;

/** What a shell reports for a command that TERM ended. */
const terminated = 143;

/** The site that is the project's running dev container. */
export function containerSite(exec: ContainerExec, paths: PathTranslation): Site {
  return { kind: "container", paths, run: (command, options) => run(exec, command, options) };
}

async function run(exec: ContainerExec, command: Command, options: RunOptions = {}): Promise<ProcessResult> {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const out = collectLines(stdout, (line) => options.onLine?.(line, "stdout"), options.keep);
  const err = collectLines(stderr, (line) => options.onLine?.(line, "stderr"), options.keep);
  const limit = options.timeout === undefined ? undefined : AbortSignal.timeout(options.timeout);
  const signals = [options.signal, limit].filter((signal) => signal !== undefined);
  const result = (exitCode: number, timedOut: boolean) => ({
    ...{ exitCode, stdout: out(), stderr: err(), timedOut },
  });
  try {
    const { endWith, kill, daemons } = options;
    const ending = {
      ...(endWith === undefined ? {} : { endWith }),
      ...(kill === undefined ? {} : { kill }),
      ...(daemons === undefined ? {} : { daemons }),
    };
    const signal = AbortSignal.any(signals);
    const exitCode = await exec({ ...request(command), ...ending, stdout, stderr, signal });
    await Promise.all([finish(stdout), finish(stderr)]);
    return refuseMissing(command, result(exitCode, false));
  } catch (error) {
    if (limit?.aborted && !options.signal?.aborted && isCancellation(error)) return result(terminated, true);
    throw error;
  } finally {
    stdout.destroy();
    stderr.destroy();
  }
}

function request(
  command: Command,
): Pick<ContainerCommand, "argv" | "environment" | "stdin" | "workingDirectory"> {
  const changes = Object.entries(command.env ?? {});
  const removed = changes.flatMap(([name, value]) => (value === undefined ? ["-u", name] : []));
  const argv = [command.command, ...command.args];
  return {
    argv: removed.length === 0 ? argv : ["env", ...removed, "--", ...argv],
    environment: changes.flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${value}`])),
    // A string would be iterated by its characters.
    stdin: command.input === undefined ? undefined : Readable.from([Buffer.from(command.input)]),
    ...(command.cwd === undefined ? {} : { workingDirectory: command.cwd }),
  };
}

/** Lets the last lines through. */
async function finish(stream: PassThrough): Promise<void> {
  if (stream.readableEnded) return;
  const ended = new Promise((resolve) => stream.once("end", resolve));
  stream.end();
  stream.resume();
  await ended;
}

/**
 * The engine has no errors of its own for a program or a folder that is not there: the runtime (runc, crun), or the
 * wrapper that sets secrets, says so in the output and ends with 126 or 127.
 */
function refuseMissing(command: Command, result: ProcessResult): ProcessResult {
  if (result.exitCode !== 127 && result.exitCode !== 126) return result;
  const said = `${result.stdout}\n${result.stderr}`;
  if (command.cwd !== undefined && /OCI runtime exec failed.*\b(chdir|cwd)\b/s.test(said)) {
    const message = `${command.command} cannot be started in ${command.cwd}, which does not exist in the container`;
    throw new SygaldryError("SYG-PROCESS", message);
  }
  if (!missing.test(said)) return result;
  throw new SygaldryError("SYG-TOOL-MISSING", `${command.command} cannot be started in the container`, {
    next: `Have ${command.command} installed there (tools or apt.packages in sygaldry.yaml), then run \`sygaldry up\`.`,
    data: { exitCode: result.exitCode },
  });
}

const missing = /OCI runtime exec failed|executable file not found|exec: .*: not found|env: .*No such file/;

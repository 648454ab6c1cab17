import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { constants } from "node:os";
import { SygaldryError, systemCode } from "./errors.ts";
import { collectLines } from "./lines.ts";
import { shellJoin } from "./shell.ts";

/** A command as data. Arguments reach the program exactly as given; no shell is involved. */
export interface Command {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd?: string;
  /** The whole environment of the child; this process's own when absent. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly input?: string;
}

export interface RunOptions {
  readonly signal?: AbortSignal;
  /** Milliseconds after which the process tree is ended and the result says `timedOut`. */
  readonly timeout?: number;
  /** Called for every full line, as it comes. */
  readonly onLine?: (line: string, stream: "stdout" | "stderr") => void;
  /** What a cancelled command gets first, before TERM and KILL: INT lets a tool clean up as after Ctrl-C. Default TERM. */
  readonly endWith?: "SIGINT" | "SIGTERM";
  /** Ends a command at once, without waiting for what `signal` began: a second Ctrl-C. Only after `signal` has fired. */
  readonly kill?: AbortSignal;
  /** Whether what the command left behind as a daemon, in a session of its own, goes on when it is cancelled. */
  readonly daemons?: "stay";
  /** How much of each stream's end the result keeps, in characters. Default 16 Mi. */
  readonly keep?: number;
}

export interface ProcessResult {
  /** The exit code; 128 + n when a signal n ended it, as a shell reports it. */
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly timedOut: boolean;
}

export interface ProcessRunner {
  /**
   * Runs to the end, whatever the exit code.
   * Throws SYG-TOOL-MISSING when the program is not there, SYG-CANCELLED when `signal` fires: after the whole
   * process group was ended (TERM, or what `endWith` says and `killAfter` later TERM; after `killAfter` KILL) and has exited.
   */
  run(command: Command, options?: RunOptions): Promise<ProcessResult>;
}

/** Milliseconds between one signal and the next. */
const killAfter = 5_000;

export const processRunner: ProcessRunner = { run };

async function run(command: Command, options: RunOptions = {}): Promise<ProcessResult> {
  if (options.signal?.aborted) throw cancelled(command);
  const child = start(command);
  const ended = waitForEnd(child, command);
  const stdout = collectLines(child.stdout, (line) => options.onLine?.(line, "stdout"), options.keep);
  const stderr = collectLines(child.stderr, (line) => options.onLine?.(line, "stderr"), options.keep);
  child.stdin?.on("error", () => {});
  child.stdin?.end(command.input ?? "");

  let timedOut = false;
  let killer: NodeJS.Timeout | undefined;
  const terminate = () => {
    signalGroup(child, "SIGTERM");
    killer = setTimeout(() => kill(child), killAfter);
  };
  const end = () => {
    if (killer !== undefined) return;
    if (options.endWith !== "SIGINT") return terminate();
    signalGroup(child, "SIGINT");
    killer = setTimeout(terminate, killAfter);
  };
  const onTimeout = () => {
    timedOut = true;
    end();
  };
  const timer = options.timeout === undefined ? undefined : setTimeout(onTimeout, options.timeout);
  const killNow = () => kill(child);
  options.signal?.addEventListener("abort", end, { once: true });
  options.kill?.addEventListener("abort", killNow, { once: true });
  try {
    const exitCode = await ended;
    if (options.signal?.aborted) throw cancelled(command);
    return { exitCode, stdout: stdout(), stderr: stderr(), timedOut };
  } finally {
    clearTimeout(timer);
    clearTimeout(killer);
    options.signal?.removeEventListener("abort", end);
    options.kill?.removeEventListener("abort", killNow);
    if (timedOut || options.signal?.aborted) signalGroup(child, "SIGKILL");
  }
}

/** `run`, and an error with the end of stderr unless it exits 0. */
export async function runChecked(
  runner: ProcessRunner,
  command: Command,
  options: RunOptions = {},
): Promise<ProcessResult> {
  const result = await runner.run(command, options);
  if (result.exitCode === 0 && !result.timedOut) return result;
  const said = (result.stderr.trim() || result.stdout.trim()).split("\n").slice(-12).join("\n");
  const how = result.timedOut ? `took longer than ${options.timeout} ms` : `exited with ${result.exitCode}`;
  throw new SygaldryError(
    "SYG-PROCESS",
    `${shellJoin([command.command, ...command.args])} ${how}\n${said}`.trimEnd(),
    {
      data: { exitCode: result.exitCode },
    },
  );
}

/** Node reports some failures to start as an event (waitForEnd), others at once. */
function start(command: Command): ChildProcess {
  try {
    return spawn(command.command, [...command.args], spawnOptions(command));
  } catch (error) {
    throw error instanceof Error ? startFailure(error, command) : error;
  }
}

function spawnOptions(command: Command): SpawnOptions {
  return {
    stdio: ["pipe", "pipe", "pipe"],
    // A group of its own, so that cancelling reaches grandchildren too.
    detached: process.platform !== "win32",
    ...(command.cwd === undefined ? {} : { cwd: command.cwd }),
    ...(command.env === undefined ? {} : { env: { ...command.env } }),
  };
}

function waitForEnd(child: ChildProcess, command: Command): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once("error", (error) => reject(startFailure(error, command)));
    child.once("close", (code, signal) => resolve(code ?? 128 + signalNumber(signal)));
  });
}

function startFailure(error: Error, command: Command): Error {
  const code = systemCode(error);
  if (code !== "ENOENT" && code !== "EACCES" && code !== "ENOTDIR") return error;
  if (command.cwd !== undefined && !existsSync(command.cwd)) {
    return new SygaldryError(
      "SYG-PROCESS",
      `${command.command} cannot be started in ${command.cwd}, which does not exist`,
      {
        cause: error,
      },
    );
  }
  return new SygaldryError("SYG-TOOL-MISSING", `${command.command} cannot be started (${code})`, {
    cause: error,
    next: `Install ${command.command} or put it on PATH.`,
  });
}

function cancelled(command: Command): SygaldryError {
  return new SygaldryError("SYG-CANCELLED", `${command.command} was cancelled`);
}

/** Who left the process group and kept the output open (a daemon) is not waited for. */
function kill(child: ChildProcess): void {
  signalGroup(child, "SIGKILL");
  child.stdout?.destroy();
  child.stderr?.destroy();
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    if (process.platform === "win32") child.kill(signal);
    else process.kill(-child.pid, signal);
  } catch {
    // The group is gone already.
  }
}

function signalNumber(signal: NodeJS.Signals | null): number {
  return signal === null ? 0 : constants.signals[signal];
}

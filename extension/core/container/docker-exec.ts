import type { Duplex, Readable, Writable } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";
import { SygaldryError } from "../base/errors.ts";
import { execExitCode, execId } from "./docker-answers.ts";
import type { DockerApi } from "./docker-api.ts";
import { copyOutput } from "./docker-output.ts";
import { signalMarked } from "./docker-signal.ts";
import type { ExecOptions, Opened, TerminalSize } from "./engine.ts";

/** Milliseconds between one signal and the next for a cancelled command. */
const killAfter = 5_000;

/** With the pauses between them some four seconds. */
const sendAttempts = 20;

/** One command in a container, created and not yet started. */
interface Execution {
  readonly api: DockerApi;
  readonly container: string;
  readonly id: string;
  /** Value of SYGALDRY_EXEC_ID in the command's environment, by which signals find its processes. */
  readonly marker: string;
  readonly user: string;
  readonly doing: string;
  readonly daemons: ExecOptions["daemons"];
}

/**
 * Runs a command in a running container and returns its exit code.
 * stdin is half-closed at its end, and not waited for when the command has ended. When `signal` fires the command gets
 * TERM, then KILL, and SYG-CANCELLED is thrown after it has ended with all that it started.
 */
export async function execInside(
  api: DockerApi,
  container: string,
  options: ExecOptions,
  signal?: AbortSignal,
): Promise<number> {
  const execution = await create(api, container, options, signal);
  const socket = await start(execution, options);
  const stopResizing = options.tty ? followSize(execution, options.terminal) : () => {};
  const canceller = cancelOn(execution, socket, options, signal);
  const stopFeeding = feed(socket, options.stdin && opened(options.stdin), options.tty);
  try {
    options.onStarted?.((name) => send(execution, name));
    const target = { stdout: opened(options.stdout), stderr: opened(options.stderr), tty: options.tty };
    await copyOutput(socket, { ...target, doing: execution.doing, endpoint: api.endpoint });
    const exitCode = await waitForExit(execution);
    if (!signal?.aborted) return exitCode;
    throw cancelled(execution);
  } catch (error) {
    if (signal?.aborted) {
      await endStragglers(execution);
      throw cancelled(execution);
    }
    await endAfterFailure(execution, socket, error);
    throw error;
  } finally {
    canceller.dispose();
    stopResizing();
    stopFeeding();
    socket.destroy();
  }
}

async function create(
  api: DockerApi,
  container: string,
  options: ExecOptions,
  signal?: AbortSignal,
): Promise<Execution> {
  const marker = uniqueMarker();
  const doing = `running ${options.argv[0] ?? "a command"}`;
  const answer = await api.json({
    ...{ method: "POST", path: `/containers/${encodeURIComponent(container)}/exec`, doing, signal },
    body: {
      ...{ AttachStdin: options.stdin !== undefined, AttachStdout: true, AttachStderr: true },
      ...{ Tty: options.tty, Cmd: options.argv, User: options.user, WorkingDir: options.workingDirectory },
      Env: [...options.environment, `SYGALDRY_EXEC_ID=${marker}`],
    },
  });
  const { user, daemons } = options;
  return { api, container, id: execId(answer), marker, user, doing, daemons };
}

/** Not aborted half-way: once the request is out, the command may run. */
function start({ api, id, doing }: Execution, { tty, terminal }: ExecOptions): Promise<Duplex> {
  const size = tty ? terminal?.current() : undefined;
  return api.hijack({
    ...{ method: "POST", path: `/exec/${id}/start`, doing },
    // ConsoleSize: API 1.42 and newer; followSize serves the older.
    body: {
      Detach: false,
      Tty: tty,
      ...(size === undefined ? {} : { ConsoleSize: [size.rows, size.columns] }),
    },
  });
}

/**
 * Streams stdin until it ends or the returned function stops it. Its end half-closes the connection; of a terminal it is
 * the character that a terminal's driver takes for it, because the engine drops the output of a half-closed terminal.
 */
function feed(socket: Duplex, stdin: Readable | undefined, tty: boolean): () => void {
  // A command that ends early closes its end: that is seen by the reader of the output.
  socket.on("error", () => {});
  const end = () => (tty ? socket.write("\u0004") : socket.end());
  if (stdin === undefined) {
    if (!tty) socket.end();
    return () => {};
  }
  stdin.once("error", end);
  stdin.once("end", end);
  stdin.pipe(socket, { end: false });
  return () => {
    stdin.unpipe(socket);
    stdin.off("error", end);
    stdin.off("end", end);
    stdin.pause();
  };
}

function opened<Stream extends Readable | Writable>(stream: Opened<Stream>): Stream {
  return typeof stream === "function" ? stream() : stream;
}

/** The first size is sent until the engine takes it: the terminal is made a moment after the start. */
function followSize({ api, id }: Execution, terminal: TerminalSize | undefined): () => void {
  if (terminal === undefined) return () => {};
  const stop = new AbortController();
  const resize = async () => {
    const { columns, rows } = terminal.current();
    const query = { h: rows, w: columns };
    const doing = "resizing the terminal";
    await api.json({ method: "POST", path: `/exec/${id}/resize`, query, doing, signal: stop.signal });
  };
  const first = async () => {
    for (let attempt = 0; attempt < 10 && !stop.signal.aborted; attempt += 1) {
      if (
        await resize().then(
          () => true,
          () => false,
        )
      )
        return;
      await delay(20, undefined, { signal: stop.signal }).catch(() => {});
    }
  };
  void first();
  const stopListening = terminal.onChange(() => void resize().catch(() => {}));
  return () => {
    stopListening();
    stop.abort();
  };
}

/** The stream can end a moment before the engine has noted the exit code. */
async function waitForExit({ api, id, doing }: Execution): Promise<number> {
  for (let pause = 2; ; pause = Math.min(pause * 2, 250)) {
    const exitCode = execExitCode(await api.json({ method: "GET", path: `/exec/${id}/json`, doing }));
    if (exitCode !== undefined) return exitCode;
    await delay(pause);
  }
}

/** Sends as soon as the process is there; gives up when the command has ended, or cannot be found for some seconds. */
async function send(execution: Execution, name: NodeJS.Signals): Promise<void> {
  const { api, id, doing } = execution;
  for (let attempt = 0; attempt < sendAttempts; attempt += 1) {
    if (await signalMarked(api, execution, name)) return;
    if (execExitCode(await api.json({ method: "GET", path: `/exec/${id}/json`, doing })) !== undefined)
      return;
    await delay(Math.min(10 * 2 ** attempt, 250));
  }
}

/** INT where that is asked for, TERM, then KILL; then the connection is given up, should the command still be there (a process nobody may signal). */
function cancelOn(
  execution: Execution,
  socket: Duplex,
  { endWith, kill: killed }: ExecOptions,
  signal: AbortSignal | undefined,
): { dispose(): void } {
  let killer: NodeJS.Timeout | undefined;
  const quietly = (name: NodeJS.Signals) => send(execution, name).catch(() => {});
  const kill = async () => {
    await quietly("SIGKILL");
    killer = setTimeout(() => socket.destroy(), killAfter);
  };
  const terminate = () => {
    killer = setTimeout(() => void kill(), killAfter);
    void quietly("SIGTERM");
  };
  const end = () => {
    if (endWith !== "SIGINT") return terminate();
    killer = setTimeout(terminate, killAfter);
    void quietly("SIGINT");
  };
  const killNow = () => {
    clearTimeout(killer);
    void kill();
  };
  killed?.addEventListener("abort", killNow, { once: true });
  if (signal?.aborted) end();
  else signal?.addEventListener("abort", end, { once: true });
  return {
    dispose: () => {
      clearTimeout(killer);
      signal?.removeEventListener("abort", end);
      killed?.removeEventListener("abort", killNow);
    },
  };
}

/** What left the process group or ignores TERM, and holds no output open: the command itself has ended without it. */
async function endStragglers(execution: Execution): Promise<void> {
  await signalMarked(execution.api, execution, "SIGKILL").catch(() => {});
}

function cancelled({ doing }: Execution): SygaldryError {
  return new SygaldryError("SYG-CANCELLED", `${doing} was cancelled`);
}

/** A target that broke (a closed pipe) ends the command as a closed terminal would. */
async function endAfterFailure(execution: Execution, socket: Duplex, error: unknown): Promise<void> {
  if (error instanceof SygaldryError) return;
  socket.destroy();
  await send(execution, "SIGHUP").catch(() => {});
}

/** Unique among the container's processes; no secret, so node:crypto, which takes 6 ms to load, is not needed. */
function uniqueMarker(): string {
  const random = Math.random().toString(36).slice(2);
  return `${process.pid.toString(36)}-${Date.now().toString(36)}-${random}`;
}

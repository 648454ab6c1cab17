import type { Readable, Writable } from "node:stream";
import { createConnection, ProposedFeatures } from "vscode-languageserver";
import {
  createProtocolConnection,
  StreamMessageReader,
  StreamMessageWriter,
} from "vscode-languageserver/node";
import { systemCode } from "../core/base/errors.ts";
import type { Log } from "../core/base/log.ts";
import type { Environment } from "../core/project/overrides.ts";
import type { LanguagePorts } from "./ports.ts";
import { type ServerOptions, startServer } from "./server.ts";

export interface StreamOptions extends ServerOptions {
  readonly environment: Environment;
  /** Milliseconds between two looks at files of which nobody tells a change. */
  readonly poll?: number;
  /** Ends the server as a client that has gone does. */
  readonly signal?: AbortSignal;
}

/**
 * Serves one client over a pair of streams. Settles with the exit code that the protocol asks for: 0 when the client has
 * said `shutdown` before `exit`, else 1, also when the client is gone without a word.
 */
export function serveStreams(input: Readable, output: Writable, options: StreamOptions): Promise<number> {
  return new Promise((resolve) => {
    let shutdown = false;
    let processId: ReturnType<typeof setInterval> | undefined;
    const end = (code: number) => {
      input.removeListener("end", gone);
      input.removeListener("close", gone);
      options.signal?.removeEventListener("abort", gone);
      clearInterval(processId);
      connection.dispose();
      resolve(code);
    };
    const connection = createConnection(
      (logger) =>
        createProtocolConnection(new StreamMessageReader(input), new StreamMessageWriter(output), logger),
      {
        initialize: (params) => {
          const { processId: parent } = params;
          if (typeof parent === "number") processId = watchParent(parent, () => end(shutdown ? 0 : 1));
        },
        get shutdownReceived() {
          return shutdown;
        },
        set shutdownReceived(value: boolean) {
          shutdown = value;
        },
        exit: end,
      },
      ProposedFeatures.all,
    );
    const gone = () => end(shutdown ? 0 : 1);
    input.once("end", gone);
    input.once("close", gone);
    options.signal?.addEventListener("abort", gone);
    const log: Log = {
      debug: () => {},
      info: (message) => connection.console.info(message),
      warn: (message) => connection.console.warn(message),
    };
    const ports: LanguagePorts = {
      log,
      environment: options.environment,
      later(milliseconds, work) {
        const timer = setTimeout(work, milliseconds);
        timer.unref();
        return () => clearTimeout(timer);
      },
      poll: options.poll ?? 2000,
    };
    startServer(connection, ports, options);
    connection.listen();
  });
}

/**
 * Looks every few seconds whether the editor that started the server still lives: some die without closing the pipe. One that
 * cannot be seen from the start is in another container.
 */
function watchParent(parent: number, gone: () => void): ReturnType<typeof setInterval> | undefined {
  if (!isAlive(parent)) return undefined;
  const timer = setInterval(() => {
    if (!isAlive(parent)) gone();
  }, 3000);
  timer.unref();
  return timer;
}

function isAlive(processId: number): boolean {
  try {
    process.kill(processId, 0);
    return true;
  } catch (error) {
    return systemCode(error) !== "ESRCH";
  }
}

import { isatty } from "node:tty";
import type { ExecOptions } from "../core/container/engine.ts";
import { rawTerminal } from "./raw-terminal.ts";
import { standardError, standardOutput } from "./standard-streams.ts";

type Terminal =
  | (Pick<ExecOptions, "stdin" | "stdout" | "stderr" | "terminal" | "onStarted"> & {
      readonly terminal?: never;
    })
  | (Pick<ExecOptions, "stdin" | "stdout" | "stderr" | "onStarted"> & {
      readonly terminal: NonNullable<ExecOptions["terminal"]>;
    });

const passedOn: readonly NodeJS.Signals[] = ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"];

/**
 * Connects a command in the container to this process: with a terminal, keys go through raw and the size follows;
 * without, stdin and signals are passed on. Everything is put back when it ends.
 */
export async function withTerminal(
  tty: boolean,
  run: (terminal: Terminal) => Promise<number>,
): Promise<number> {
  let send: ((signal: NodeJS.Signals) => Promise<void>) | undefined;
  const early: NodeJS.Signals[] = [];
  const onSignal = (signal: NodeJS.Signals) => {
    if (send === undefined) early.push(signal);
    else void send(signal).catch(() => {});
  };
  for (const signal of passedOn) process.on(signal, onSignal);
  const restore = tty && isatty(0) ? rawTerminal() : () => {};
  const streams = {
    stdin: () => process.stdin,
    stdout: standardOutput,
    stderr: standardError,
    onStarted: (started: (signal: NodeJS.Signals) => Promise<void>) => {
      send = started;
      for (const signal of early.splice(0)) onSignal(signal);
    },
  };
  try {
    return await run(tty ? { ...streams, terminal: terminalSize } : streams);
  } finally {
    restore();
    process.stdin.pause();
    process.stdin.unref?.();
    for (const signal of passedOn) process.removeListener(signal, onSignal);
  }
}

const terminalSize = {
  current: () => ({ columns: process.stdout.columns || 80, rows: process.stdout.rows || 24 }),
  onChange(listener: () => void) {
    process.stdout.on("resize", listener);
    return () => process.stdout.removeListener("resize", listener);
  },
};

import { spawn } from "node:child_process";
import type { Command } from "../../extension/core/base/process.ts";

export interface RunningProcess extends AsyncDisposable {
  readonly pid: number;
  /** Everything it wrote so far, both streams in the order of their arrival. */
  output(): string;
  /** Resolves as soon as the output matches; rejects with all output when it ends without. */
  seen(pattern: RegExp): Promise<void>;
  /** Signals the process group, as a terminal's Ctrl-C does. */
  signal(name: NodeJS.Signals): void;
  /** Its exit code, or 128 + n for signal n unknown here as -1; never rejects. */
  readonly ended: Promise<{
    readonly exitCode: number | undefined;
    readonly signal: NodeJS.Signals | undefined;
  }>;
}

/** Starts a command in a process group of its own. Disposing ends the group at once and waits for its end. */
export function startProcess(command: Command): RunningProcess {
  const child = spawn(command.command, [...command.args], {
    detached: true,
    stdio: "pipe",
    cwd: command.cwd,
    env: command.env === undefined ? process.env : { ...command.env },
  });
  const { pid } = child;
  if (pid === undefined) throw new Error(`${command.command} cannot be started`);
  let text = "";
  let over = false;
  const watchers = new Set<() => void>();
  const tell = () => {
    for (const watcher of [...watchers]) watcher();
  };
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (chunk: string) => {
      text += chunk;
      tell();
    });
  }
  child.stdin.on("error", () => {});
  child.stdin.end(command.input ?? "");
  const ended = new Promise<Awaited<RunningProcess["ended"]>>((resolve) => {
    child.once("close", (code, name) => {
      over = true;
      tell();
      resolve({ exitCode: code ?? undefined, signal: name ?? undefined });
    });
  });
  const signal = (name: NodeJS.Signals) => signalGroup(pid, name);
  return {
    pid,
    output: () => text,
    seen: (pattern) =>
      new Promise((resolve, reject) => {
        const look = () => {
          if (pattern.test(text)) resolve();
          else if (over) reject(new Error(`ended without ${pattern}:\n${text}`));
          else return;
          watchers.delete(look);
        };
        watchers.add(look);
        look();
      }),
    signal,
    ended,
    [Symbol.asyncDispose]: async () => {
      if (!over) signal("SIGKILL");
      await ended;
    },
  };
}

function signalGroup(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(-pid, name);
  } catch {
    // It has ended already.
  }
}

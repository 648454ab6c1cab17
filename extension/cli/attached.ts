import { spawn } from "node:child_process";
import { constants } from "node:os";

const passedOn: readonly NodeJS.Signals[] = ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"];

/**
 * Runs a command of this machine with this process's own terminal or pipes; its exit code, 128 + n when signal n ended it.
 * Signals are passed on, but for those that a terminal sends to both by itself.
 */
export async function runAttached(command: string, args: readonly string[], cwd: string): Promise<number> {
  const child = spawn(command, [...args], { cwd, stdio: "inherit" });
  const onSignal = (signal: NodeJS.Signals) => {
    const byTerminal = process.stdin.isTTY && (signal === "SIGINT" || signal === "SIGQUIT");
    if (!byTerminal) child.kill(signal);
  };
  for (const signal of passedOn) process.on(signal, onSignal);
  try {
    return await new Promise<number>((resolve, reject) => {
      child.once("error", reject);
      child.once("exit", (code, signal) =>
        resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal])),
      );
    });
  } finally {
    for (const signal of passedOn) process.removeListener(signal, onSignal);
  }
}

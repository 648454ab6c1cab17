import { existsSync, readFileSync, rmSync } from "node:fs";
import { stopRequestFile } from "../layout.ts";
import type { EndCause } from "../runner.ts";

/** Why a run is to end before its command does. */
interface StopReason {
  readonly cause: Extract<EndCause, "stopped" | "timeout" | "disk-full">;
  readonly reason: string;
}

/** Asks a run to end; the first reason counts. */
export interface Control {
  readonly signal: AbortSignal;
  /** Undefined while nobody asked. */
  reason(): StopReason | undefined;
  stop(reason: StopReason): void;
  dispose(): void;
}

/** Milliseconds between looks for a request: a signal mostly says that there is one. */
const poll = 500;

/** A run is stopped by a signal to its supervisor, or by a file, which reaches it from other machines too. */
export function controlOf(folder: string, job: string, run: string): Control {
  const controller = new AbortController();
  let why: StopReason | undefined;
  const file = stopRequestFile(folder, job);
  const stop = (reason: StopReason) => {
    why ??= reason;
    controller.abort();
  };
  const look = () => {
    if (!existsSync(file)) return false;
    const [asked, by = "somebody"] = readText(file).split("\n");
    if (asked !== run) return false;
    rmSync(file, { force: true });
    stop({ cause: "stopped", reason: `stopped by ${by}` });
    return true;
  };
  const onSignal = (signal: NodeJS.Signals) => {
    if (!look()) stop({ cause: "stopped", reason: `its supervisor was sent ${signal}` });
  };
  const timer = setInterval(look, poll);
  // Its session has no terminal, yet whoever ends everything sends this too.
  const ignore = () => {};
  process.on("SIGHUP", ignore);
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, onSignal);
  return {
    signal: controller.signal,
    reason: () => why,
    stop,
    dispose() {
      clearInterval(timer);
      process.removeListener("SIGHUP", ignore);
      for (const signal of ["SIGTERM", "SIGINT"] as const) process.removeListener(signal, onSignal);
    },
  };
}

function readText(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}

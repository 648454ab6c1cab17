import { constants } from "node:os";
import type { RunEnd } from "../runner.ts";

/** The signal that an exit code stands for. A shell tells no difference between `exit 143` and the end by TERM. */
export function signalOf(rc: number): NodeJS.Signals | undefined {
  const found = Object.entries(constants.signals).find(([, number]) => rc === 128 + number);
  return found?.[0] as NodeJS.Signals | undefined;
}

/** How a command ended of which only the exit code is known. */
export function endOfCode(rc: number): RunEnd {
  const signal = signalOf(rc);
  return signal === undefined ? { rc, cause: "exit" } : { rc, cause: "signal", signal };
}

import { existsSync } from "node:fs";
import path from "node:path";
import type { SupervisorProgram } from "../../../core/jobs/supervisor/launch.ts";

/** Seconds between two heartbeats, and how long a full disk may hold a command up. */
export const every = 5;
export const diskPatience = 60;

/**
 * A supervisor is small, however much its command writes: a small heap, no code of V8's optimising compiler (it saves no
 * time here), and read buffers that the C library gives back to the system.
 */
const leanNode = [
  ...["--max-semi-space-size=1", "--optimize-for-size", "--initial-old-space-size=4"],
  ...["--max-old-space-size=48", "--no-opt", "--no-sparkplug"],
];
const leanMalloc = { MALLOC_ARENA_MAX: "1", MALLOC_MMAP_THRESHOLD_: "32768" };

/** The supervisor's own bundle; the bundle that this code is in where that stands alone, as it does in images. */
export function supervisorProgram(): SupervisorProgram {
  const own = path.join(path.dirname(__filename), "supervisor.cjs");
  const program = existsSync(own) ? [own] : [__filename, "job", "supervise"];
  return {
    command: process.execPath,
    args: [...leanNode, ...program],
    env: { ...process.env, ...leanMalloc },
  };
}

import type { RunEnd } from "../runner.ts";
import type { JobState } from "../status/status.ts";

/** The state of a job whose last attempt ended so. A place that is gone (a node, a container) leaves its runs lost. */
export function finalState(end: RunEnd): JobState {
  if (end.cause === "exit" && end.rc === 0) return "DONE";
  if (end.cause === "stopped") return "STOPPED";
  return end.cause === "lost" ? "LOST" : "FAILED";
}

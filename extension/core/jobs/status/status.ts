import type { EndCause, Progress, RunnerKind } from "../runner.ts";
import { formatFields } from "./fields.ts";

/**
 * A job's state, as the first word of its status line.
 * START: taken on, not at work yet (waiting, queued, between two attempts); PROGRESS: at work; the others are final.
 */
export type JobState = "START" | "PROGRESS" | "DONE" | "FAILED" | "STOPPED" | "LOST";

/** Who owns the run: enough to tell from the same machine for certain whether it still lives (see LockHolder). */
export interface SupervisorIdentity {
  readonly pid: number;
  readonly startTime: string | undefined;
  readonly bootId: string | undefined;
  readonly host: string;
  readonly machine: string | undefined;
  readonly pidNamespace: string | undefined;
}

/** One line of a status file. Only `state`, `job` and `ts` are there in every file; the original runner writes few others. */
export interface JobStatus {
  readonly state: JobState;
  readonly job: string;
  /** ISO 8601; of a live job the last heartbeat. */
  readonly ts: string;
  /** `YYYYMMDD-HHMMSS`, as in the log's file name. */
  readonly run?: string | undefined;
  readonly on?: RunnerKind | undefined;
  /** The log's file name, beside the status file. */
  readonly log?: string | undefined;
  readonly started?: string | undefined;
  readonly ended?: string | undefined;
  /** Seconds between two heartbeats. */
  readonly every?: number | undefined;
  readonly supervisor?: SupervisorIdentity | undefined;
  /** Written by the original runner only. */
  readonly pid?: number | undefined;
  /** The runner's words to find the run again, without their prefix `at.`. */
  readonly handle: Readonly<Record<string, string>>;
  /** Seconds that the supervisor's machine had been up when this was written. */
  readonly uptime?: number | undefined;
  /** Seconds from the start until this was written, by a clock that does not jump. */
  readonly elapsed?: number | undefined;
  readonly attempt?: number | undefined;
  readonly attempts?: number | undefined;
  readonly progress?: Progress | undefined;
  readonly rc?: number | undefined;
  readonly cause?: EndCause | undefined;
  readonly signal?: string | undefined;
  /** A sentence: why it waits, failed or was lost. */
  readonly reason?: string | undefined;
  readonly cpuSeconds?: number | undefined;
  readonly memory?: number | undefined;
  readonly peakMemory?: number | undefined;
  readonly gpuMemory?: number | undefined;
  readonly peakGpuMemory?: number | undefined;
  /** As a shell would take it, secrets hidden. */
  readonly command?: string | undefined;
  readonly cwd?: string | undefined;
}

export function isFinal({ state }: Pick<JobStatus, "state">): boolean {
  return state !== "START" && state !== "PROGRESS";
}

/** The status file's one line, with its end. Values with anything but plain characters are JSON strings. */
export function formatStatus(status: JobStatus): string {
  const { state, supervisor, handle, progress, ...plain } = status;
  const { job, ts, rc, ...rest } = plain;
  const fields: (readonly [string, string | number | undefined])[] = [
    ["job", job],
    ["ts", ts],
    ["rc", rc],
    ...Object.entries(rest),
    ...Object.entries(progress ?? {}),
    ...Object.entries(supervisor ?? {}).map(
      ([name, value]) => [`supervisor.${name}`, value] as [string, string | number | undefined],
    ),
    ...Object.entries(handle).map(([name, value]) => [`at.${name}`, value] as const),
  ];
  return `${state} ${formatFields(fields)}\n`;
}

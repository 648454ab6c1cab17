import type { EndCause, Progress, RunnerKind } from "../runner.ts";
import { formatFields, parseFields } from "./fields.ts";

/**
 * A job's state, as the first word of its status line.
 * START: taken on, not at work yet (waiting, queued, between two attempts); PROGRESS: at work; the others are final.
 */
export type JobState = "START" | "PROGRESS" | "DONE" | "FAILED" | "STOPPED" | "LOST";

/** Who owns the run: enough to tell from the same machine for certain whether it still lives (see LockHolder). */
interface SupervisorIdentity {
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
  /** Seconds from start to end, by a clock that does not jump. */
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

const states: ReadonlySet<string> = new Set<JobState>([
  "START",
  "PROGRESS",
  "DONE",
  "FAILED",
  "STOPPED",
  "LOST",
]);

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

/**
 * The last line of a status file that is one; so a file that is being written by the original runner, which writes in
 * place and appends, still tells what is known. Undefined when there is none.
 */
export function parseStatus(text: string): JobStatus | undefined {
  let end = text.length;
  while (end > 0) {
    const start = text.lastIndexOf("\n", end - 1) + 1;
    const status = parseLine(text.slice(start, end));
    if (status !== undefined) return status;
    end = start - 1;
  }
  return undefined;
}

function parseLine(line: string): JobStatus | undefined {
  const space = line.indexOf(" ");
  const state = space < 0 ? "" : line.slice(0, space);
  if (!isState(state)) return undefined;
  const fields = parseFields(line.slice(space + 1));
  const job = fields.get("job");
  const ts = fields.get("ts");
  if (job === undefined || ts === undefined || Number.isNaN(Date.parse(ts))) return undefined;
  return { state, job, ts, ...restOf(fields) };
}

function isState(word: string): word is JobState {
  return states.has(word);
}

const texts = ["run", "log", "started", "ended", "signal", "reason", "command", "cwd"] as const;
const numbers = [
  "pid",
  "every",
  "elapsed",
  "attempt",
  "attempts",
  "rc",
  "cpuSeconds",
  "memory",
  "peakMemory",
  "gpuMemory",
  "peakGpuMemory",
] as const;
const progressNumbers = ["done", "total", "percent", "eta"] as const;
const kinds: readonly RunnerKind[] = ["process", "container", "slurm"];
const causes: readonly EndCause[] = [
  ...(["exit", "signal", "timeout", "stopped", "oom", "disk-full", "start", "dependency", "lost"] as const),
];

function restOf(fields: ReadonlyMap<string, string>): Omit<JobStatus, "state" | "job" | "ts"> {
  const found: Record<string, unknown> = {};
  for (const name of texts) if (fields.has(name)) found[name] = fields.get(name);
  for (const name of numbers) setNumber(found, name, fields.get(name));
  const on = kinds.find((kind) => kind === fields.get("on"));
  const cause = causes.find((word) => word === fields.get("cause"));
  const progress = progressOf(fields);
  const supervisor = supervisorOf(fields);
  return {
    ...found,
    handle: handleOf(fields),
    ...(on === undefined ? {} : { on }),
    ...(cause === undefined ? {} : { cause }),
    ...(progress === undefined ? {} : { progress }),
    ...(supervisor === undefined ? {} : { supervisor }),
  };
}

function progressOf(fields: ReadonlyMap<string, string>): Progress | undefined {
  const found: Record<string, unknown> = {};
  for (const name of progressNumbers) setNumber(found, name, fields.get(name));
  if (fields.has("phase")) found["phase"] = fields.get("phase");
  return Object.keys(found).length === 0 ? undefined : found;
}

function supervisorOf(fields: ReadonlyMap<string, string>): SupervisorIdentity | undefined {
  const pid = Number(fields.get("supervisor.pid"));
  const host = fields.get("supervisor.host");
  if (!Number.isInteger(pid) || pid <= 0 || host === undefined) return undefined;
  return {
    pid,
    host,
    startTime: fields.get("supervisor.startTime"),
    bootId: fields.get("supervisor.bootId"),
    machine: fields.get("supervisor.machine"),
    pidNamespace: fields.get("supervisor.pidNamespace"),
  };
}

function handleOf(fields: ReadonlyMap<string, string>): Readonly<Record<string, string>> {
  const handle: Record<string, string> = {};
  for (const [name, value] of fields) if (name.startsWith("at.")) handle[name.slice(3)] = value;
  return handle;
}

function setNumber(into: Record<string, unknown>, name: string, text: string | undefined): void {
  if (text === undefined || text === "") return;
  const value = Number(text);
  if (Number.isFinite(value)) into[name] = value;
}

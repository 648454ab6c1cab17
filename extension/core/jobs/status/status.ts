import type { EndCause, Progress, RunnerKind } from "../runner.ts";
import { formatFields, readFields } from "./fields.ts";

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
  const found: Found = { plain: {}, progress: {}, supervisor: {}, handle: {} };
  readFields(line.slice(space + 1), (name, value) => put(found, name, value));
  const { plain, progress, handle } = found;
  const { job, ts } = plain;
  if (typeof job !== "string" || typeof ts !== "string" || Number.isNaN(Date.parse(ts))) return undefined;
  if (Object.keys(progress).length > 0) plain["progress"] = progress;
  const supervisor = supervisorOf(found.supervisor);
  if (supervisor !== undefined) plain["supervisor"] = supervisor;
  return Object.assign(plain, { state, job, ts, handle });
}

function isState(word: string): word is JobState {
  return states.has(word);
}

interface Found {
  readonly plain: Record<string, unknown>;
  readonly progress: Record<string, unknown>;
  readonly supervisor: Record<string, string>;
  readonly handle: Record<string, string>;
}

type Place = "text" | "number" | "progress" | "phase" | "on" | "cause";

const places: ReadonlyMap<string, Place> = new Map<string, Place>([
  ...["job", "ts", "run", "log", "started", "ended", "signal", "reason", "command", "cwd"].map(
    (name) => [name, "text"] as const,
  ),
  ...["pid", "every", "uptime", "elapsed", "attempt", "attempts", "rc"].map(
    (name) => [name, "number"] as const,
  ),
  ...["cpuSeconds", "memory", "peakMemory", "gpuMemory", "peakGpuMemory"].map(
    (name) => [name, "number"] as const,
  ),
  ...["done", "total", "percent", "eta"].map((name) => [name, "progress"] as const),
  ...[["phase", "phase"] as const, ["on", "on"] as const, ["cause", "cause"] as const],
]);
const kinds: ReadonlySet<string> = new Set<RunnerKind>(["process", "container", "slurm"]);
const causes: readonly EndCause[] = [
  ...(["exit", "signal", "timeout", "stopped", "oom", "disk-full", "start", "dependency", "lost"] as const),
];

/** Undefined for what is no cause of an end. */
export function endCause(word: unknown): EndCause | undefined {
  return causes.find((cause) => cause === word);
}

function put(found: Found, name: string, value: string): void {
  const place = places.get(name);
  if (place === "text") found.plain[name] = value;
  else if (place === "number") setNumber(found.plain, name, value);
  else if (place === "progress") setNumber(found.progress, name, value);
  else if (place === "phase") found.progress[name] = value;
  else if (place === "on" ? kinds.has(value) : place === "cause" && endCause(value) !== undefined)
    found.plain[name] = value;
  else if (name.startsWith("supervisor.")) found.supervisor[name.slice("supervisor.".length)] = value;
  else if (name.startsWith("at.")) found.handle[name.slice("at.".length)] = value;
}

function supervisorOf(fields: Readonly<Record<string, string>>): SupervisorIdentity | undefined {
  const pid = Number(fields["pid"]);
  const host = fields["host"];
  if (!Number.isInteger(pid) || pid <= 0 || host === undefined) return undefined;
  return {
    pid,
    host,
    startTime: fields["startTime"],
    bootId: fields["bootId"],
    machine: fields["machine"],
    pidNamespace: fields["pidNamespace"],
  };
}

function setNumber(into: Record<string, unknown>, name: string, text: string | undefined): void {
  if (text === undefined || text === "") return;
  const value = Number(text);
  if (Number.isFinite(value)) into[name] = value;
}

import type { EndCause, Progress, RunnerKind } from "../runner.ts";
import { readFields } from "./fields.ts";
import type { JobState, JobStatus, SupervisorIdentity } from "./status.ts";

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

/** Undefined for what is no cause of an end. */
export function endCause(word: unknown): EndCause | undefined {
  return causes.find((cause) => cause === word);
}

const states: readonly JobState[] = ["START", "PROGRESS", "DONE", "FAILED", "STOPPED", "LOST"];
const kinds: readonly RunnerKind[] = ["process", "container", "slurm"];
const causes: readonly EndCause[] = [
  ...(["exit", "signal", "timeout", "stopped", "oom", "disk-full", "start", "dependency", "lost"] as const),
];

/** The fields without a prefix, by their place in a list of values. */
const places = {
  ...{ job: 0, ts: 1, run: 2, on: 3, log: 4, started: 5, ended: 6, cause: 7, signal: 8, reason: 9 },
  ...{ command: 10, cwd: 11, pid: 12, every: 13, uptime: 14, elapsed: 15, attempt: 16, attempts: 17 },
  ...{ rc: 18, cpuSeconds: 19, memory: 20, peakMemory: 21, gpuMemory: 22, peakGpuMemory: 23 },
  ...{ done: 24, total: 25, percent: 26, phase: 27, eta: 28 },
  ...{ "supervisor.pid": 29, "supervisor.startTime": 30, "supervisor.bootId": 31, "supervisor.host": 32 },
  ...{ "supervisor.machine": 33, "supervisor.pidNamespace": 34 },
} as const;
const placeOf: ReadonlyMap<string, number> = new Map(Object.entries(places));
const isPlace = (name: string) => placeOf.has(name);

type Values = readonly (string | undefined)[];

function parseLine(line: string): JobStatus | undefined {
  const space = line.indexOf(" ");
  const word = space < 0 ? "" : line.slice(0, space);
  const state = states.find((known) => known === word);
  if (state === undefined) return undefined;
  const values = new Array<string | undefined>(placeOf.size);
  const handle: Record<string, string> = {};
  readFields(line.slice(space + 1), isPlace, (name, value) => {
    const place = placeOf.get(name);
    if (place !== undefined) values[place] = value;
    else if (name.startsWith("at.")) handle[name.slice("at.".length)] = value;
  });
  return statusOf(state, values, handle);
}

/** All objects have one shape, which is many times faster than to set what there is: a folder may hold thousands of jobs. */
function statusOf(
  state: JobState,
  values: Values,
  handle: Readonly<Record<string, string>>,
): JobStatus | undefined {
  const job = values[places.job];
  const ts = values[places.ts];
  if (job === undefined || ts === undefined || Number.isNaN(Date.parse(ts))) return undefined;
  return {
    state,
    job,
    ts,
    run: values[places.run],
    on: kinds.find((kind) => kind === values[places.on]),
    log: values[places.log],
    started: values[places.started],
    ended: values[places.ended],
    every: numberOf(values[places.every]),
    supervisor: supervisorOf(values),
    pid: numberOf(values[places.pid]),
    handle,
    uptime: numberOf(values[places.uptime]),
    elapsed: numberOf(values[places.elapsed]),
    attempt: numberOf(values[places.attempt]),
    attempts: numberOf(values[places.attempts]),
    progress: progressOf(values),
    rc: numberOf(values[places.rc]),
    cause: endCause(values[places.cause]),
    signal: values[places.signal],
    reason: values[places.reason],
    cpuSeconds: numberOf(values[places.cpuSeconds]),
    memory: numberOf(values[places.memory]),
    peakMemory: numberOf(values[places.peakMemory]),
    gpuMemory: numberOf(values[places.gpuMemory]),
    peakGpuMemory: numberOf(values[places.peakGpuMemory]),
    command: values[places.command],
    cwd: values[places.cwd],
  };
}

function progressOf(values: Values): Progress | undefined {
  const found: Record<string, number | string> = {};
  for (const name of ["done", "total", "percent", "eta"] as const) {
    const value = numberOf(values[places[name]]);
    if (value !== undefined) found[name] = value;
  }
  const phase = values[places.phase];
  if (phase !== undefined) found["phase"] = phase;
  for (const _ in found) return found;
  return undefined;
}

function supervisorOf(values: Values): SupervisorIdentity | undefined {
  const pid = Number(values[places["supervisor.pid"]]);
  const host = values[places["supervisor.host"]];
  if (!Number.isInteger(pid) || pid <= 0 || host === undefined) return undefined;
  return {
    pid,
    host,
    startTime: values[places["supervisor.startTime"]],
    bootId: values[places["supervisor.bootId"]],
    machine: values[places["supervisor.machine"]],
    pidNamespace: values[places["supervisor.pidNamespace"]],
  };
}

function numberOf(text: string | undefined): number | undefined {
  if (text === undefined || text === "") return undefined;
  const value = Number(text);
  return Number.isFinite(value) ? value : undefined;
}

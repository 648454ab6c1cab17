import path from "node:path";
import { SygaldryError } from "../base/errors.ts";

/** Of the project's Bazel cache, where the original runner keeps its jobs too. */
export const jobsFolderName = "zephyr_jobs";

export const statusEnding = ".status";

/** Letters, digits, `.`, `_`, `-`; the longest still leaves room for the run and the ending in a file name of 255 bytes. */
const namePattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;

export function isJobName(name: string): boolean {
  return namePattern.test(name) && !name.endsWith(statusEnding);
}

/** Throws SYG-JOB-NAME unless `name` can be a job's. */
export function checkJobName(name: string): string {
  if (isJobName(name)) return name;
  const shown = JSON.stringify(name.length > 60 ? `${name.slice(0, 60)}…` : name);
  const why =
    name.length > 100
      ? `is ${name.length} characters long; 100 are allowed`
      : name.endsWith(statusEnding)
        ? `ends with ${statusEnding}`
        : "has other characters than letters, digits, '.', '_' and '-', or begins with none of letters and digits";
  throw new SygaldryError("SYG-JOB-NAME", `${shown} cannot be a job's name: it ${why}`, {
    next: "Choose a name like build-tools or train_3.",
  });
}

export function statusFile(folder: string, job: string): string {
  return path.join(folder, `${job}${statusEnding}`);
}

export function logName(job: string, run: string): string {
  return `${job}-${run}.jsonl`;
}

/** What another program asks of a job's supervisor, beside the status file. */
export function stopRequestFile(folder: string, job: string): string {
  return path.join(folder, `.${job}.stop`);
}

export function lockFile(folder: string, job: string): string {
  return path.join(folder, `.${job}.lock`);
}

/** An earlier file of the log `log` (a name or a path): its `part`-th, from 1. Only the newest goes by the log's own name. */
export function partName(log: string, part: number): string {
  return `${log.replace(/\.jsonl$/, "")}.part${part}.jsonl`;
}

/** The part that the file `name` is of the log `log` (both without their folder). */
export function partOfLog(log: string, name: string): number | undefined {
  const part = Number(/\.part([1-9]\d*)\.jsonl$/.exec(name)?.[1]);
  return Number.isSafeInteger(part) && name === partName(log, part) ? part : undefined;
}

/** Whose log a file is, by its name; `part` when it is an earlier file of it. */
export function parseLogName(
  file: string,
): { readonly job: string; readonly run: string; readonly part: number | undefined } | undefined {
  const [, job = "", run = "", part] = /^(.+)-(\d{8}-\d{6})(?:\.part([1-9]\d*))?\.jsonl$/.exec(file) ?? [];
  if (!isJobName(job)) return undefined;
  return { job, run, part: part === undefined ? undefined : Number(part) };
}

/** `YYYYMMDD-HHMMSS` in UTC. */
export function runAt(time: Date): string {
  const [date = "", clock = ""] = time.toISOString().split("T");
  return `${date.replaceAll("-", "")}-${clock.slice(0, 8).replaceAll(":", "")}`;
}

/** Milliseconds since 1970; undefined for what is no run's name. */
export function timeOfRun(run: string): number | undefined {
  const time = Date.parse(run.replace(/^(\d{4})(\d\d)(\d\d)-(\d\d)(\d\d)(\d\d)$/, "$1-$2-$3T$4:$5:$6Z"));
  return /^\d{8}-\d{6}$/.test(run) && !Number.isNaN(time) ? time : undefined;
}

import type { Progress } from "../../../core/jobs/runner.ts";
import { shownStatus } from "../../../core/jobs/status/shown-status.ts";
import { isFinal, type JobStatus } from "../../../core/jobs/status/status.ts";
import type { Job } from "../../../core/jobs/store.ts";
import { durationText } from "../../amounts.ts";

/** A job as `--json` shows it; `null` is what is not known. */
export function jobJson(job: Job): Readonly<Record<string, unknown>> {
  const status = shownStatus(job);
  const { state, ts, run, on, log, started, ended, attempt, attempts, progress, rc, cause, signal } = status;
  // One object without others in between: a list has thousands.
  return {
    job: status.job,
    state,
    run: run ?? null,
    ts,
    on: on ?? null,
    live: !isFinal(status),
    life: job.verdict.life,
    started: started ?? null,
    ended: ended ?? null,
    elapsed: elapsedOf(status) ?? null,
    rc: rc ?? null,
    cause: cause ?? null,
    signal: signal ?? null,
    reason: reasonOf(job) ?? null,
    attempt: attempt ?? null,
    attempts: attempts ?? null,
    progress: progressJson(progress),
    cpuSeconds: status.cpuSeconds ?? null,
    memory: status.memory ?? null,
    peakMemory: status.peakMemory ?? null,
    gpuMemory: status.gpuMemory ?? null,
    peakGpuMemory: status.peakGpuMemory ?? null,
    command: status.command ?? null,
    cwd: status.cwd ?? null,
    log: log ?? null,
    at: placeJson(status),
  };
}

/** Where it runs, in its runner's words. */
function placeJson({ handle: { mark: _mark, ...at } }: JobStatus): Readonly<Record<string, string>> {
  return at;
}

function progressJson(progress: Progress | undefined): Readonly<Record<string, unknown>> | null {
  if (progress === undefined) return null;
  const { done, total, percent, phase, eta } = progress;
  return {
    ...{ done: done ?? null, total: total ?? null, percent: percent ?? null },
    ...{ phase: phase ?? null, eta: eta ?? null },
  };
}

function reasonOf({ status, verdict }: Job): string | undefined {
  return verdict.why ?? status.reason;
}

/**
 * Seconds; of a live job until now. What its supervisor has measured counts; the time of day, which may have been set or be
 * another machine's, only for the time since its last word, and for a job of the original runner.
 */
export function elapsedOf(status: JobStatus): number | undefined {
  const { elapsed, every = 5 } = status;
  if (elapsed !== undefined) {
    const since = isFinal(status) ? 0 : (Date.now() - Date.parse(status.ts)) / 1000;
    return Math.round((elapsed + Math.min(2 * every, Math.max(0, since))) * 1000) / 1000;
  }
  if (status.started === undefined) return undefined;
  const until = isFinal(status) ? Date.parse(status.ended ?? status.ts) : Date.now();
  return Math.max(0, Math.round((until - Date.parse(status.started)) / 100) / 10);
}

/** As a shell has it: the command's own code, 0 for DONE, 1 where nobody knows. */
export function exitCodeOfJob({ state, rc }: JobStatus): number {
  if (state === "DONE") return 0;
  return rc === undefined || rc === 0 ? 1 : rc & 255;
}

/** `build is DONE after 3 min 2 s`. */
export function outcomeText(status: JobStatus): string {
  const elapsed = elapsedOf(status);
  return [
    `${status.job} is ${status.state}`,
    ...(elapsed === undefined ? [] : [` after ${durationText(elapsed)}`]),
    ...(status.reason === undefined ? [] : [`: ${printable(status.reason)}`]),
  ].join("");
}

/** One line of a list. */
export function jobRow(job: Job): readonly string[] {
  const status = shownStatus(job);
  const elapsed = elapsedOf(status);
  const eta = isFinal(status) ? undefined : status.progress?.eta;
  return [
    status.job,
    job.verdict.life === "stalled" ? `${status.state} (stalled)` : status.state,
    progressText(status),
    elapsed === undefined ? "" : durationText(elapsed),
    eta === undefined ? "" : durationText(eta),
    status.on ?? "",
    reasonOf(job) ?? status.command ?? "",
  ].map((cell) => oneLine(cell));
}

export const jobTitles = ["job", "state", "progress", "elapsed", "left", "where", "what"];

const barWidth = 10;

function progressText({ progress, state }: JobStatus): string {
  if (progress === undefined || state === "DONE") return "";
  const { done, total, phase } = progress;
  const percent =
    progress.percent ??
    (done !== undefined && total !== undefined && total > 0 ? (100 * done) / total : undefined);
  if (percent === undefined) return phase ?? "";
  const full = Math.round((Math.min(100, Math.max(0, percent)) / 100) * barWidth);
  return `${"█".repeat(full)}${"░".repeat(barWidth - full)} ${Math.round(percent)}%`;
}

/** On one line, without what a terminal would obey: commands and the last words of jobs may hold anything. */
export function printable(text: string): string {
  return text.replace(/[\s\p{Cc}\p{Bidi_Control}]+/gu, " ");
}

function oneLine(text: string): string {
  const line = printable(text);
  return line.length <= 80 ? line : `${line.slice(0, 79)}…`;
}

import { setTimeout as sleep } from "node:timers/promises";
import { applyRetention } from "../retention.ts";
import type { ProgressRecogniser, RunEnd, Runner, RunnerOf } from "../runner.ts";
import type { JobStatus } from "../status/status.ts";
import { type AttemptEnd, runAttempt } from "./attempt.ts";
import { type Claim, claimRun } from "./claim.ts";
import { type Control, controlOf } from "./control.ts";
import { waitForJobs } from "./dependencies.ts";
import { finalState } from "./final-state.ts";
import type { Journal } from "./journal.ts";
import type { SupervisorRequest } from "./request.ts";

export interface SupervisorOptions {
  readonly runner: Runner;
  /** For what an earlier run of the name may have left, wherever that was. */
  readonly runnerOf: RunnerOf;
  readonly recogniser?: () => ProgressRecogniser;
  /** The run is taken on and written down. */
  readonly onClaimed: (claim: Claim) => void;
}

/** How long the end of a run is tried to be written down, in milliseconds. */
const lastWords = 60_000;

/** Owns one run from its start to its end. Throws only before `onClaimed`, as claimRun does. */
export async function supervise(request: SupervisorRequest, options: SupervisorOptions): Promise<void> {
  const claim = await claimRun(request, options.runner.kind, options.runnerOf);
  const { journal, job, run } = claim;
  const control = controlOf(request.folder, job, run);
  options.onClaimed(claim);
  try {
    const end =
      (await waitFirst(request, control, journal)) ?? (await attempts(request, claim, control, options));
    await finish(journal, end);
  } finally {
    control.dispose();
    journal.close();
  }
  await applyRetention(request.folder, request.retention, options.runnerOf);
}

/** How it ended, when it could not even begin. */
async function waitFirst(
  request: SupervisorRequest,
  control: Control,
  journal: Journal,
): Promise<AttemptEnd | undefined> {
  if (request.after.length === 0) return undefined;
  const beat = setInterval(() => journal.change({}), request.every * 1000);
  try {
    const refused = await waitForJobs(request, control, (reason) => {
      journal.event("wait", { msg: reason });
      journal.flush();
      journal.change({ reason });
    });
    if (refused !== undefined) return { rc: undefined, cause: "dependency", reason: refused, stderr: [] };
    return stoppedBefore(control);
  } finally {
    clearInterval(beat);
  }
}

async function attempts(
  request: SupervisorRequest,
  claim: Claim,
  control: Control,
  { runner, recogniser }: SupervisorOptions,
): Promise<AttemptEnd> {
  const { journal, job, run, mark, adopted } = claim;
  const { argv, cwd, env, timeout, grace, every, diskPatience, secrets } = request;
  for (let attempt = 1; ; attempt++) {
    journal.event("attempt", { attempt, attempts: request.retries + 1 });
    journal.change({ attempt, reason: undefined, progress: undefined });
    // A timeout ends one attempt, a stop all of them.
    const own = attemptControl(control);
    const end = await runAttempt({
      ...{ runner, adopted, journal, control: own.control, timeout, grace, every, diskPatience, secrets },
      ...{ request: { job, run, mark, argv, cwd, env }, recogniser: recogniser?.() },
    });
    own.dispose();
    const last = attempt > request.retries || isDone(end) || !mayRetry(end);
    if (last) return end;
    journal.event("end", endFields(end));
    const pause = `tries again in ${request.retryDelay} s: ${reasonOf(end) ?? "it failed"}`;
    journal.event("retry", { msg: pause });
    journal.flush();
    journal.change({ state: "START", reason: pause });
    await pauseFor(request, control, journal);
    const stopped = stoppedBefore(control);
    if (stopped !== undefined) return stopped;
  }
}

function attemptControl(control: Control): { readonly control: Control; dispose(): void } {
  const controller = new AbortController();
  let own: ReturnType<Control["reason"]>;
  const onStop = () => controller.abort();
  if (control.signal.aborted) controller.abort();
  else control.signal.addEventListener("abort", onStop, { once: true });
  return {
    control: {
      signal: controller.signal,
      reason: () => control.reason() ?? own,
      stop(reason) {
        own ??= reason;
        controller.abort();
      },
      dispose() {},
    },
    dispose: () => control.signal.removeEventListener("abort", onStop),
  };
}

async function pauseFor(
  { retryDelay, every }: SupervisorRequest,
  control: Control,
  journal: Journal,
): Promise<void> {
  const until = performance.now() + retryDelay * 1000;
  while (!control.signal.aborted && performance.now() < until) {
    const rest = Math.min(every * 1000, until - performance.now());
    await sleep(Math.max(1, rest), undefined, { signal: control.signal }).catch(() => {});
    journal.change({});
  }
}

function stoppedBefore(control: Control): AttemptEnd | undefined {
  const asked = control.reason();
  return asked === undefined ? undefined : { rc: undefined, ...asked, stderr: [] };
}

function isDone(end: RunEnd): boolean {
  return end.cause === "exit" && end.rc === 0;
}

/** What was stopped is not tried again, nor what would only fail again. */
function mayRetry({ cause }: RunEnd): boolean {
  return cause !== "stopped" && cause !== "disk-full" && cause !== "start";
}

async function finish(journal: Journal, end: AttemptEnd): Promise<void> {
  const state = finalState(end);
  const described = withCause(end);
  journal.event("end", endFields(described));
  const reason = state === "DONE" ? undefined : reasonOf(described);
  journal.event(state.toLowerCase(), {
    ...endFields(described),
    ...(reason === undefined ? {} : { msg: reason }),
  });
  journal.flush();
  const { rc, cause, signal } = described;
  const last: Partial<JobStatus> = {
    ...{ state, ended: new Date().toISOString(), rc, cause, signal, reason },
    ...{ memory: undefined, gpuMemory: undefined },
  };
  const until = performance.now() + lastWords;
  while (!journal.change(last, true) && performance.now() < until) await sleep(1000);
}

/** A command that failed because a disk is full says so on stderr and nowhere else. */
function withCause(end: AttemptEnd): AttemptEnd {
  const full = /No space left on device|Disk quota exceeded/;
  return end.cause === "exit" && end.rc !== 0 && end.stderr.some((line) => full.test(line))
    ? { ...end, cause: "disk-full" }
    : end;
}

function endFields({ rc, cause, signal, stderr }: AttemptEnd): Readonly<Record<string, unknown>> {
  return { rc, cause, signal, ...(stderr.length > 0 && rc !== 0 ? { stderr } : {}) };
}

function reasonOf({ rc, cause, signal, reason, stderr }: AttemptEnd): string | undefined {
  const last = stderr.at(-1);
  const said = last === undefined ? "" : `: ${last}`;
  if (reason !== undefined) return reason;
  if (cause === "signal") return `ended by ${signal ?? "a signal"}${said}`;
  return `exited with ${rc ?? "an unknown code"}${said}`;
}

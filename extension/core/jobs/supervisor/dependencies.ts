import { setTimeout as sleep } from "node:timers/promises";
import { thisProcess } from "../../base/lock-holder.ts";
import { shownStatus } from "../status/shown-status.ts";
import { readJob } from "../store.ts";
import type { Control } from "./control.ts";
import { reconcile } from "./reconcile.ts";
import type { SupervisorRequest } from "./request.ts";

/** Milliseconds. */
const poll = 500;

/**
 * Waits until all runs are DONE. Gives a sentence when one can never be: it ended otherwise, or another run of its name
 * came before its end was seen. Returns early when the run itself is stopped.
 */
export async function waitForJobs(
  { folder, after }: SupervisorRequest,
  control: Control,
  onWait: (reason: string) => void,
): Promise<string | undefined> {
  const self = await thisProcess("sygaldry job run --after");
  let told = "";
  // What was seen DONE may be removed, or started anew, while another is waited for.
  const done = new Set<string>();
  for (;;) {
    if (control.signal.aborted) return undefined;
    const waiting: string[] = [];
    for (const { job, run } of after) {
      if (done.has(job)) continue;
      const found = await readJob(folder, job, self);
      if (found === undefined) return `${job} is not there any more`;
      // One that lost its supervisor may have written how it ended all the same.
      const settled = await reconcile(folder, found, self, control.signal).catch(() => found);
      const { state, run: now } = shownStatus(settled);
      if (state === "START" || state === "PROGRESS") waiting.push(job);
      else if (state !== "DONE") return `${job} is ${state}`;
      if (run !== undefined && now !== run) return `${job} was started anew`;
      if (state === "DONE") done.add(job);
    }
    if (waiting.length === 0) return undefined;
    const text = `waits for ${waiting.join(", ")}`;
    if (text !== told) onWait(text);
    told = text;
    await sleep(poll);
  }
}

import { isCancellation } from "../../../core/base/errors.ts";
import type { Job } from "../../../core/jobs/store.ts";

/** Milliseconds that a reader waits for others that write the same verdict. */
const patience = 2_000;

/** Writes down what a reader found to be lost; where that cannot be done, what is shown is the same. */
export async function reconciled(folder: string, job: Job, signal: AbortSignal): Promise<Job> {
  if (job.verdict.life !== "dead") return job;
  // Mostly there is nothing to write down.
  const [{ thisProcess }, { reconcile }] = await Promise.all([
    import("../../../core/base/lock-holder.ts"),
    import("../../../core/jobs/supervisor/reconcile.ts"),
  ]);
  try {
    const limit = AbortSignal.any([signal, AbortSignal.timeout(patience)]);
    return await reconcile(folder, job, await thisProcess("sygaldry job"), limit);
  } catch (error) {
    if (isCancellation(error) && signal.aborted) throw error;
    return job;
  }
}

import { watchFile } from "../base/file-changes.ts";
import { statusFile } from "./layout.ts";
import { type Job, requireJob } from "./store.ts";

/**
 * Waits until the job's present run has ended or is lost, and gives it; when another run of that name has begun meanwhile,
 * that one is waited for. Throws SYG-JOB-MISSING when there is none (any more), SYG-CANCELLED on `signal`.
 */
export async function waitForJob(
  folder: string,
  name: string,
  options: { readonly signal?: AbortSignal | undefined; readonly onChange?: (job: Job) => void } = {},
): Promise<Job> {
  const changes = watchFile(statusFile(folder, name), 500);
  try {
    for (;;) {
      const job = await requireJob(folder, name);
      options.onChange?.(job);
      const { life } = job.verdict;
      if (life === "ended" || life === "dead" || life === "silent") return job;
      await changes.next(options.signal);
    }
  } finally {
    changes.dispose();
  }
}

import { type PruneOptions, pruneJobs } from "./prune.ts";
import type { RunnerOf } from "./runner.ts";
import type { Retention } from "./settings.ts";

/** Milliseconds: whoever waits for a job must see how it ended. */
const spare = 10 * 60_000;

/** Milliseconds that it may take; what is left then is left to the next one. */
const patience = 5 * 60_000;

/** Removes what the settings want removed. Best effort: never rejects, and leaves a job's latest run for a while. */
export async function applyRetention(
  folder: string,
  retention: Retention | undefined,
  runnerOf: RunnerOf,
): Promise<void> {
  if (retention === undefined) return;
  try {
    const signal = AbortSignal.timeout(patience);
    await pruneJobs(folder, { ...retentionLimits(retention), spare, dryRun: false, runnerOf, signal });
  } catch {
    // A run that has ended well must not look as if it had not.
  }
}

export function retentionLimits({
  maxAge,
  maxSize,
  keep,
}: Retention): Omit<PruneOptions, "dryRun" | "runnerOf"> {
  return { olderThan: maxAge === undefined ? undefined : maxAge * 1000, maxSize, keep };
}

import { sizeText } from "../../../core/base/text-size.ts";
import { pruneJobs } from "../../../core/jobs/prune.ts";
import { type CommonOptions, outputOptions } from "../../options.ts";
import { createOutput, table } from "../../output.ts";
import { jobsFolder } from "./folder.ts";

interface PruneOptions extends CommonOptions {
  readonly olderThan?: number;
  readonly keep?: number;
  readonly maxSize?: number;
  readonly dryRun?: boolean;
}

/** Seconds. */
const defaultAge = 30 * 86_400;

export async function prune(
  options: PruneOptions,
  _args: readonly string[],
  signal: AbortSignal,
): Promise<number> {
  const output = createOutput(outputOptions(options));
  const folder = await jobsFolder(options);
  const { keep, maxSize, dryRun = false } = options;
  const age = options.olderThan ?? (keep === undefined && maxSize === undefined ? defaultAge : undefined);
  const olderThan = age === undefined ? undefined : age * 1000;
  const runs = await pruneJobs(folder, { olderThan, keep, maxSize, dryRun, signal });
  const bytes = runs.reduce((sum, { size }) => sum + size, 0);
  output.result(
    { folder, dryRun, bytes, runs },
    table(runs.map(({ job, run, size }) => [job, run, sizeText(size)])),
  );
  output.info(`${runs.length} runs ${dryRun ? "would be" : "were"} removed (${sizeText(bytes)})`);
  return 0;
}

import { sizeText } from "../../../core/base/text-size.ts";
import { type PruneOptions as Limits, pruneJobs } from "../../../core/jobs/prune.ts";
import { retentionLimits } from "../../../core/jobs/retention.ts";
import type { JobSettings } from "../../../core/jobs/settings.ts";
import { jobRunners } from "../../job-runners.ts";
import { type CommonOptions, outputOptions } from "../../options.ts";
import { createOutput, table } from "../../output.ts";
import { jobsPlace } from "./folder.ts";

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
  const { folder, settings } = await jobsPlace(options);
  const { dryRun = false } = options;
  const runnerOf = jobRunners(folder);
  const runs = await pruneJobs(folder, { ...limits(options, settings), dryRun, runnerOf, signal });
  const bytes = runs.reduce((sum, { size }) => sum + size, 0);
  output.result(
    { folder, dryRun, bytes, runs },
    table(runs.map(({ job, run, size }) => [job, run, sizeText(size)])),
  );
  output.info(`${runs.length} runs ${dryRun ? "would be" : "were"} removed (${sizeText(bytes)})`);
  return 0;
}

/** What was asked for; else what sygaldry.yaml says; else what is old. */
function limits(
  { olderThan, keep, maxSize }: PruneOptions,
  { retention }: JobSettings,
): Omit<Limits, "dryRun" | "runnerOf"> {
  if (olderThan === undefined && keep === undefined && maxSize === undefined) {
    return retentionLimits(retention ?? { maxAge: defaultAge });
  }
  return retentionLimits({ maxAge: olderThan, keep, maxSize });
}

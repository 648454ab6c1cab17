import { listJobs } from "../../../core/jobs/store.ts";
import { shownStatus } from "../../../core/jobs/supervisor/reconcile.ts";
import { type CommonOptions, outputOptions } from "../../options.ts";
import { createOutput, table } from "../../output.ts";
import { jobsFolder } from "./folder.ts";
import { jobJson, jobRow, jobTitles } from "./job-text.ts";
import { reconciled } from "./reconciled.ts";

interface ListOptions extends CommonOptions {
  readonly state?: readonly string[];
}

export async function list(
  options: ListOptions,
  _args: readonly string[],
  signal: AbortSignal,
): Promise<number> {
  const output = createOutput(outputOptions(options));
  const folder = await jobsFolder(options);
  const found = await listJobs(folder, signal);
  const jobs = [];
  for (const job of found)
    jobs.push(job.verdict.life === "dead" ? await reconciled(folder, job, signal) : job);
  const { state } = options;
  const wanted = state === undefined ? jobs : jobs.filter((job) => state.includes(shownStatus(job).state));
  if (output.json) output.result({ folder, jobs: wanted.map(jobJson) });
  else if (wanted.length > 0) output.result({}, table([jobTitles, ...wanted.map(jobRow)]));
  else output.info(`There are no ${state === undefined ? "" : `${state.join(", ")} `}jobs in ${folder}.`);
  return 0;
}

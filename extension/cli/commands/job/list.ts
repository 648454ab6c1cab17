import { shownStatus } from "../../../core/jobs/status/shown-status.ts";
import { jobBatches } from "../../../core/jobs/store.ts";
import { type CommonOptions, outputOptions } from "../../options.ts";
import { createOutput, jsonList, table } from "../../output.ts";
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
  const { state } = options;
  const json = output.json ? jsonList({ folder }, "jobs") : undefined;
  const rows = [];
  for await (const batch of jobBatches(enter(folder), signal)) {
    for (const found of batch) {
      const job = found.verdict.life === "dead" ? await reconciled(folder, found, signal) : found;
      if (state !== undefined && !state.includes(shownStatus(job).state)) continue;
      if (json === undefined) rows.push(jobRow(job));
      else json.add(jobJson(job));
    }
  }
  if (json !== undefined) json.print();
  else if (rows.length > 0) output.result({}, table([jobTitles, ...rows]));
  else output.info(`There are no ${state === undefined ? "" : `${state.join(", ")} `}jobs in ${folder}.`);
  return 0;
}

/** Goes there, since files are found a third sooner by their names alone: of ten thousand it shows. */
function enter(folder: string): string {
  try {
    process.chdir(folder);
    return ".";
  } catch {
    return folder;
  }
}

import path from "node:path";
import { sizeText } from "../../../core/base/text-size.ts";
import { tailLog } from "../../../core/jobs/log/tail-log.ts";
import { shownStatus } from "../../../core/jobs/status/shown-status.ts";
import { listRuns, type RunLog, requireJob } from "../../../core/jobs/store.ts";
import { type CommonOptions, outputOptions } from "../../options.ts";
import { createOutput, table } from "../../output.ts";
import { jobsFolder } from "./folder.ts";

export async function logs(
  options: CommonOptions,
  [name = ""]: readonly string[],
  signal: AbortSignal,
): Promise<number> {
  const output = createOutput(outputOptions(options));
  const folder = await jobsFolder(options);
  const latest = shownStatus(await requireJob(folder, name));
  const runs = [];
  for (const run of await listRuns(folder, name)) {
    const state = run.run === latest.run ? latest.state : await lastState(folder, run, signal);
    runs.push({
      run: run.run,
      state,
      size: run.size,
      changed: run.changed,
      log: path.join(folder, run.file),
    });
  }
  output.result(
    { job: name, runs: runs.map((run) => ({ ...run, changed: run.changed.toISOString() })) },
    table(runs.map(({ run, state, size, log }) => [run, state ?? "unknown", sizeText(size), log])),
  );
  return 0;
}

/** A run's log ends with how it ended; null for one that says nothing. */
async function lastState(folder: string, { file }: RunLog, signal: AbortSignal): Promise<string | null> {
  const { events } = await tailLog(path.join(folder, file), { lines: 1, signal });
  const state = events[0]?.event.toUpperCase() ?? "";
  return ["DONE", "FAILED", "STOPPED", "LOST"].includes(state) ? state : null;
}

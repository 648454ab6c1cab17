import { SygaldryError } from "../../../core/base/errors.ts";
import { longTimer } from "../../../core/base/long-timer.ts";
import { shownStatus } from "../../../core/jobs/status/shown-status.ts";
import type { Job } from "../../../core/jobs/store.ts";
import { waitForJob } from "../../../core/jobs/wait.ts";
import { type CommonOptions, outputOptions } from "../../options.ts";
import { createOutput } from "../../output.ts";
import { jobsFolder } from "./folder.ts";
import { exitCodeOfJob, jobJson, outcomeText } from "./job-text.ts";
import { reconciled } from "./reconciled.ts";

interface WaitOptions extends CommonOptions {
  readonly timeout?: number;
}

export async function wait(
  options: WaitOptions,
  names: readonly string[],
  signal: AbortSignal,
): Promise<number> {
  const output = createOutput(outputOptions(options));
  const folder = await jobsFolder(options);
  const limit = new AbortController();
  const timer =
    options.timeout === undefined ? undefined : longTimer(options.timeout * 1000, () => limit.abort());
  let jobs: readonly Job[];
  try {
    jobs = await Promise.all(
      names.map(async (name) => {
        const either = AbortSignal.any([signal, limit.signal]);
        return reconciled(folder, await waitForJob(folder, name, { signal: either }), signal);
      }),
    );
  } catch (error) {
    if (!limit.signal.aborted || signal.aborted) throw error;
    throw new SygaldryError("SYG-JOB", `not all had ended after ${options.timeout} s`, {
      cause: error,
      next: "They go on; see `sygaldry job list`.",
    });
  } finally {
    timer?.cancel();
  }
  const ended = jobs.map(shownStatus);
  const failed = ended.find((status) => exitCodeOfJob(status) !== 0);
  output.result({ jobs: jobs.map(jobJson) }, ended.map(outcomeText).join("\n"));
  return failed === undefined ? 0 : exitCodeOfJob(failed);
}

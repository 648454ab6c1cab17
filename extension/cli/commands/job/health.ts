import { existsSync } from "node:fs";
import path from "node:path";
import { thisProcess } from "../../../core/base/lock-holder.ts";
import { clocksNow, heartbeatAge } from "../../../core/jobs/status/heartbeat-age.ts";
import { shownStatus } from "../../../core/jobs/status/shown-status.ts";
import { isFinal } from "../../../core/jobs/status/status.ts";
import { type Job, listJobs, requireJob } from "../../../core/jobs/store.ts";
import { jobRunners } from "../../job-runners.ts";
import { type CommonOptions, outputOptions } from "../../options.ts";
import { createOutput, table } from "../../output.ts";
import { jobsFolder } from "./folder.ts";
import { reconciled } from "./reconciled.ts";

interface Health {
  readonly job: string;
  readonly state: string;
  readonly healthy: boolean;
  readonly life: string;
  /** Seconds since its supervisor was heard; null when it has ended. */
  readonly silence: number | null;
  /** Processes of a lost run that still run here; null when nobody looked. */
  readonly left: number | null;
  readonly problems: readonly string[];
}

/** Of one job, or of all that are at work or lost. */
export async function health(
  options: CommonOptions,
  [name]: readonly string[],
  signal: AbortSignal,
): Promise<number> {
  const output = createOutput(outputOptions(options));
  const folder = await jobsFolder(options);
  const jobs = name === undefined ? await worthLooking(folder, signal) : [await requireJob(folder, name)];
  const found: Health[] = [];
  for (const job of jobs) found.push(await healthOf(folder, job, signal));
  const rows = found.map(({ job, state, healthy, problems }) => [
    job,
    state,
    healthy ? "healthy" : problems.join("; "),
  ]);
  output.result({ folder, healthy: found.every(({ healthy }) => healthy), jobs: found }, table(rows));
  if (found.length === 0) output.info(`No job is at work in ${folder}.`);
  return found.every(({ healthy }) => healthy) ? 0 : 1;
}

async function worthLooking(folder: string, signal: AbortSignal): Promise<readonly Job[]> {
  const jobs = await listJobs(folder, signal);
  return jobs.filter(({ status, verdict }) => verdict.life !== "ended" || status.state === "LOST");
}

async function healthOf(folder: string, before: Job, signal: AbortSignal): Promise<Health> {
  const job = await reconciled(folder, before, signal);
  const self = await thisProcess("sygaldry job health");
  const status = shownStatus(job);
  const lost = status.state === "LOST";
  const left =
    lost && status.on !== undefined && status.handle["mark"] !== undefined
      ? await jobRunners(folder)(status.on).look(status.handle, signal)
      : undefined;
  const count = left?.state === "running" ? (left.processes ?? 0) : 0;
  const onSlurm = status.on === "slurm" && left !== undefined && left.state !== "ended";
  const problems = [
    ...(lost ? [status.reason ?? "it was lost"] : []),
    ...(status.state === "FAILED" ? [status.reason ?? "it failed"] : []),
    ...(job.verdict.life === "stalled" ? [job.verdict.why ?? "it is stalled"] : []),
    ...(status.state === "PROGRESS" && status.reason !== undefined ? [status.reason] : []),
    ...(count > 0
      ? [`${count} of its processes still run: \`sygaldry job stop ${status.job}\` ends them`]
      : []),
    ...(onSlurm
      ? [
          `Slurm job ${status.handle["slurm"]} is still ${left.state}: \`sygaldry job stop ${status.job}\` cancels it, \`sygaldry job adopt ${status.job}\` goes on with it`,
        ]
      : []),
    ...(status.log !== undefined && !existsSync(path.join(folder, status.log)) ? ["its log is gone"] : []),
  ];
  return {
    ...{ job: status.job, state: status.state, healthy: problems.length === 0, life: job.verdict.life },
    silence: isFinal(status) ? null : Math.round((heartbeatAge(status, self, clocksNow()) ?? 0) / 100) / 10,
    left: left === undefined ? null : count,
    problems,
  };
}

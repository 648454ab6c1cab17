import type { Runner, RunnerKind, RunnerOf } from "../runner.ts";
import { containerRunner } from "./container/container-runner.ts";
import type { JobContainer } from "./container/job-container.ts";
import { processJobRunner } from "./process/process-runner.ts";
import { slurmRunner } from "./slurm/slurm-runner.ts";

/** The runners of a project: its jobs are kept in `folder`, its container is `container`. */
export function runnersOf(folder: string, container: JobContainer): RunnerOf {
  const runners: Readonly<Record<RunnerKind, () => Runner>> = {
    process: () => processJobRunner,
    container: () => containerRunner(container),
    slurm: () => slurmRunner({ folder }),
  };
  return (kind) => runners[kind]();
}

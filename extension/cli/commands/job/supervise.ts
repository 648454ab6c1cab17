import { createProgressReader } from "../../../core/jobs/progress/reader.ts";
import type { Runner, RunnerOf } from "../../../core/jobs/runner.ts";
import { slurmRunner } from "../../../core/jobs/runners/slurm/slurm-runner.ts";
import { serveSupervisor } from "../../../core/jobs/supervisor/launch.ts";
import type { SupervisorRequest } from "../../../core/jobs/supervisor/request.ts";
import { supervise } from "../../../core/jobs/supervisor/supervise.ts";
import { jobRunners } from "../../job-runners.ts";

/** The process that owns one run: see launchSupervisor. */
export async function superviseCommand(): Promise<number> {
  try {
    await serveSupervisor((request, onLaunched) => {
      const runnerOf = jobRunners(request.folder, request.container?.root);
      return supervise(request, {
        ...{ runner: runnerFor(request, runnerOf), runnerOf },
        recogniser: createProgressReader,
        onClaimed: ({ job, run, journal }) =>
          onLaunched({ job, run, log: journal.status().log ?? "", supervisor: process.pid }),
      });
    });
    return 0;
  } catch {
    // Whoever started it was told; nobody else listens.
    return 1;
  }
}

function runnerFor({ folder, env, slurm, container }: SupervisorRequest, runnerOf: RunnerOf): Runner {
  if (container !== undefined) return runnerOf("container");
  if (slurm === undefined) return runnerOf("process");
  const { array, within: place = { kind: "command" }, ...resources } = slurm;
  return slurmRunner({ folder, env, resources, array, place });
}

import { createProgressReader } from "../../../core/jobs/progress/reader.ts";
import type { Runner } from "../../../core/jobs/runner.ts";
import { processJobRunner } from "../../../core/jobs/runners/process/process-runner.ts";
import { slurmRunner } from "../../../core/jobs/runners/slurm/slurm-runner.ts";
import { serveSupervisor } from "../../../core/jobs/supervisor/launch.ts";
import type { SupervisorRequest } from "../../../core/jobs/supervisor/request.ts";
import { supervise } from "../../../core/jobs/supervisor/supervise.ts";

/** The process that owns one run: see launchSupervisor. */
export async function superviseCommand(): Promise<number> {
  try {
    await serveSupervisor((request, onLaunched) =>
      supervise(request, {
        runner: runnerOf(request),
        recogniser: createProgressReader,
        onClaimed: ({ job, run, journal }) =>
          onLaunched({ job, run, log: journal.status().log ?? "", supervisor: process.pid }),
      }),
    );
    return 0;
  } catch {
    // Whoever started it was told; nobody else listens.
    return 1;
  }
}

function runnerOf({ folder, env, slurm }: SupervisorRequest): Runner {
  if (slurm === undefined) return processJobRunner;
  const { array, within: place = { kind: "command" }, ...resources } = slurm;
  return slurmRunner({ folder, env, resources, array, place });
}

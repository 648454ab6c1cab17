import { processJobRunner } from "../../../core/jobs/runners/process/process-runner.ts";
import { serveSupervisor } from "../../../core/jobs/supervisor/launch.ts";
import { supervise } from "../../../core/jobs/supervisor/supervise.ts";

/** The process that owns one run: see launchSupervisor. */
export async function superviseCommand(): Promise<number> {
  try {
    await serveSupervisor((request, onLaunched) =>
      supervise(request, {
        runner: processJobRunner,
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

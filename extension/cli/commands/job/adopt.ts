import path from "node:path";
import { requireJob } from "../../../core/jobs/store.ts";
import { launchSupervisor } from "../../../core/jobs/supervisor/launch.ts";
import { type CommonOptions, outputOptions } from "../../options.ts";
import { createOutput } from "../../output.ts";
import { jobsPlace } from "./folder.ts";
import { placeOf } from "./place.ts";
import { diskPatience, every, supervisorProgram } from "./supervisor-program.ts";

interface AdoptOptions extends CommonOptions {
  readonly grace?: number;
}

/** Gives a job on Slurm that has lost its supervisor a new one. */
export async function adopt(options: AdoptOptions, [name = ""]: readonly string[]): Promise<number> {
  const output = createOutput(outputOptions(options));
  const { folder, settings } = await jobsPlace(options);
  const { status } = await requireJob(folder, name);
  const { env, secrets } = await placeOf({ cwd: "/" });
  const { job, run, log, supervisor } = await launchSupervisor(supervisorProgram(), {
    ...{
      folder,
      job: name,
      chosen: true,
      adopt: true,
      argv: [status.command ?? name],
      cwd: "/",
      env,
      secrets,
    },
    ...{ retries: 0, retryDelay: 0, after: [], grace: options.grace ?? 10, every, diskPatience, slurm: {} },
    ...settings,
  });
  output.result(
    { job, run, log: path.join(folder, log), status: path.join(folder, `${job}.status`), supervisor },
    `${job} is looked after again (run ${run}); watch it with \`sygaldry job tail -f ${job}\``,
  );
  return 0;
}

import path from "node:path";
import { SygaldryError } from "../../../core/base/errors.ts";
import { checkJobName } from "../../../core/jobs/layout.ts";
import { arrayTasks } from "../../../core/jobs/runners/slurm/array.ts";
import { resourceOptions } from "../../../core/jobs/runners/slurm/resources.ts";
import { requireJob } from "../../../core/jobs/store.ts";
import { launchSupervisor } from "../../../core/jobs/supervisor/launch.ts";
import type { SlurmRequest, SupervisorRequest } from "../../../core/jobs/supervisor/request.ts";
import { outputOptions } from "../../options.ts";
import { createOutput } from "../../output.ts";
import { attach } from "./attach.ts";
import { jobsPlace } from "./folder.ts";
import { type PlaceOptions, placeOf, variables } from "./place.ts";
import { diskPatience, every, supervisorProgram } from "./supervisor-program.ts";
import { withinOf } from "./within.ts";

interface RunOptions extends PlaceOptions {
  readonly name?: string;
  readonly timeout?: number;
  readonly retries?: number;
  readonly retryDelay?: number;
  readonly after?: readonly string[];
  readonly shell?: boolean;
  readonly attach?: boolean;
  readonly grace?: number;
  readonly cpus?: number;
  readonly mem?: string;
  readonly gpus?: string;
  readonly time?: number;
  readonly partition?: string;
  readonly account?: string;
  readonly qos?: string;
  readonly array?: string;
  readonly within?: string;
  readonly mount?: readonly string[];
}

export async function run(
  options: RunOptions,
  args: readonly string[],
  signal: AbortSignal,
): Promise<number> {
  const output = createOutput(outputOptions(options));
  const { folder, settings } = await jobsPlace(options);
  const request = { ...(await requestOf(options, args, folder)), ...settings };
  const launched = await launchSupervisor(supervisorProgram(), request);
  const { job, run: id, log } = launched;
  const file = path.join(folder, log);
  if (options.attach) {
    output.info(`job ${job}, run ${id}; log ${file}`);
    return attach({ folder, job, run: id, log: file, output, signal });
  }
  output.result(
    { job, run: id, log: file, status: path.join(folder, `${job}.status`), supervisor: launched.supervisor },
    `${job} (run ${id}) has started; watch it with \`sygaldry job tail -f ${job}\``,
  );
  return 0;
}

async function requestOf(
  options: RunOptions,
  args: readonly string[],
  folder: string,
): Promise<SupervisorRequest> {
  const argv = options.shell ? ["/bin/sh", "-c", args.join(" ")] : args;
  const place = await placeOf(options);
  const after = await Promise.all(
    (options.after ?? []).map(async (job) => {
      const { status } = await requireJob(folder, job);
      return { job, run: status.run };
    }),
  );
  return {
    ...{ ...place, folder, argv, after, every, diskPatience, grace: options.grace ?? 10 },
    job: options.name === undefined ? nameOf(args, options.shell === true) : checkJobName(options.name),
    chosen: options.name !== undefined,
    retries: options.retries ?? 0,
    retryDelay: options.retryDelay ?? 10,
    ...(options.timeout === undefined ? {} : { timeout: options.timeout }),
    slurm: slurmOf(options, place.cwd),
  };
}

/** Undefined unless it runs there. Throws SYG-USAGE for what Slurm cannot be asked for, before anything is started. */
function slurmOf(options: RunOptions, cwd: string): SlurmRequest | undefined {
  const { on, cpus, mem, gpus, time, partition, account, qos, array, within, mount = [] } = options;
  const resources = { cpus, mem, gpus, time, partition, account, qos };
  if (on === "slurm") {
    resourceOptions(resources);
    if (array !== undefined) arrayTasks(array);
    const names = Object.keys(variables(options.env ?? []));
    const place = { within, mounts: mount, gpu: gpus !== undefined, variables: names, cwd };
    return { ...resources, array, within: withinOf(place) };
  }
  const asked = Object.entries({ ...resources, array, within, mount: mount[0] }).find(
    ([, value]) => value !== undefined,
  );
  if (asked === undefined) return undefined;
  throw new SygaldryError("SYG-USAGE", `--${asked[0]} is for jobs on Slurm`, { next: "Add --on slurm." });
}

function nameOf(args: readonly string[], shell: boolean): string {
  const [first = ""] = shell ? args.join(" ").trim().split(/\s+/) : args;
  const name = path
    .basename(first)
    .replace(/[^A-Za-z0-9._-]+/g, "-")
    .replace(/^[^A-Za-z0-9]+/, "")
    .slice(0, 60);
  return name === "" || name.endsWith(".status") ? "job" : name;
}

import type { Command } from "../../../base/process.ts";
import { resourceOptions, type SlurmResources } from "./resources.ts";
import { sacctFields } from "./tasks.ts";

/** A command of Slurm and what reads its answer. */
export interface SlurmQuery<T> extends Command {
  readonly parse: (stdout: string) => T;
}

export interface Submission {
  /** A job's name: letters, digits, `.`, `_`, `-`. */
  readonly name: string;
  /** Where the run's files lie: absolute, on every node the same. */
  readonly folder: string;
  readonly resources: SlurmResources;
  /** As sbatch takes it; see arrayTasks. */
  readonly array?: string;
  /** Ids of Slurm jobs that must have succeeded. */
  readonly after?: readonly string[];
  /** What the command sees, by way of sbatch's own environment: no value is on a command line. */
  readonly env: Readonly<Record<string, string>>;
}

/** Tells the batch script where the run's files lie. */
const folderVariable = "SYGALDRY_SLURM_RUN";

/** What Slurm writes itself (`*** JOB 5 ON node CANCELLED AT … ***`) goes here, one file for all tasks of an array. */
export const slurmLog = "slurm.log";

/**
 * Submits a run; answers its id, or `ID;CLUSTER` as in a federation. The batch script holds nothing of the run, because
 * sbatch refuses some texts (those with CR LF) and shows scripts to others: it only goes on to the run's own.
 */
export function submit({ name, folder, resources, array, after, env }: Submission): SlurmQuery<string> {
  return {
    command: "sbatch",
    args: [
      "--parsable",
      `--job-name=${name}`,
      // As a comment shows: sbatch would replace % in file names.
      `--output=${folder.replaceAll("%", "%%")}/${slurmLog}`,
      "--open-mode=append",
      "--input=/dev/null",
      "--export=ALL",
      // Slurm would start a run again by itself, over the first one's output; retries are the supervisor's.
      "--no-requeue",
      ...(array === undefined ? [] : [`--array=${array}`]),
      ...(after === undefined || after.length === 0
        ? []
        : [`--dependency=afterok:${after.join(":")}`, "--kill-on-invalid-dep=yes"]),
      ...resourceOptions(resources),
    ],
    cwd: folder,
    env: { ...env, [folderVariable]: folder },
    input: `#!/bin/sh\nexec /bin/sh "$${folderVariable}/run.sh"\n`,
    parse: (stdout) => /^\s*(\d+)(?:;\S+)?\s*$/m.exec(stdout)?.[1] ?? "",
  };
}

export function showJob(id: string): Command {
  return { command: "scontrol", args: ["--oneliner", "show", "job", id] };
}

/** What is left of a job that Slurm's controller has forgotten; `completion` where the site keeps no accounts. */
export function accounting(id: string, completion: boolean): Command {
  const args = ["--noheader", "--parsable2", `--jobs=${id}`, `--format=${sacctFields}`];
  return { command: "sacct", args: completion ? ["--completion", ...args] : ["--allocations", ...args] };
}

/** Without `signal`: TERM, after the site's KillWait KILL, and the job counts as cancelled. */
export function cancel(
  id: string,
  { signal, state }: { readonly signal?: "TERM" | "KILL"; readonly state?: "PENDING" } = {},
): Command {
  return {
    command: "scancel",
    args: [
      "--quiet",
      ...(state === undefined ? [] : [`--state=${state}`]),
      // The batch step with its children, and all steps that srun made.
      ...(signal === undefined ? [] : [`--signal=${signal}`, "--full"]),
      id,
    ],
  };
}

/** The environment of commands that ask Slurm: without what an allocation around us or a user's habits set for them. */
export function slurmEnvironment(
  env: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, string>> {
  return { ...submissionEnvironment(env), SLURM_TIME_FORMAT: "standard" };
}

/** The environment that a job inherits: Slurm sets its own variables anew. */
export function submissionEnvironment(
  env: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, string>> {
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) {
    const ofSlurm = /^(?:SLURM|SLURMD|SQUEUE|SACCT|SCANCEL|SCONTROL|SBATCH)_/.test(name);
    if (value !== undefined && (!ofSlurm || sites.test(name))) kept[name] = value;
  }
  return kept;
}

/** Where Slurm is, and what a user's site wants with every submission. */
const sites =
  /^(?:SLURM_(?:CONF|CLUSTERS|JWT)|SBATCH_(?:ACCOUNT|PARTITION|QOS|CLUSTERS|RESERVATION|CONSTRAINT))$/;

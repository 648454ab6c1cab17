import type { Runner, RunnerKind } from "../runner.ts";
import { processJobRunner } from "./process/process-runner.ts";
import { slurmRunner } from "./slurm/slurm-runner.ts";

/** The runner that looks after runs of `kind` whose jobs are kept in `folder`; undefined when this version has none. */
export function runnerOf(kind: RunnerKind, folder: string): Runner | undefined {
  if (kind === "process") return processJobRunner;
  if (kind === "slurm") return slurmRunner({ folder });
  return undefined;
}

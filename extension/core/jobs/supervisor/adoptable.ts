import { SygaldryError } from "../../base/errors.ts";
import type { RunnerOf } from "../runner.ts";
import type { JobStatus } from "../status/status.ts";
import type { Job } from "../store.ts";

/**
 * The status of a lost run that another supervisor can take over: its place keeps what it writes, and it has not ended.
 * Throws SYG-JOB-RUNNING when its supervisor is there, SYG-JOB when it cannot be taken over.
 */
export async function adoptable({ status, verdict }: Job, runnerOf: RunnerOf): Promise<JobStatus> {
  const { job, state, on, handle } = status;
  if (verdict.life === "alive" || verdict.life === "stalled") {
    throw new SygaldryError("SYG-JOB-RUNNING", `the job ${job} has its supervisor`, {
      next: `Watch it with \`sygaldry job tail -f ${job}\`.`,
    });
  }
  const lost = state === "LOST" || verdict.life === "dead" || verdict.life === "silent";
  if (!lost) throw new SygaldryError("SYG-JOB", `the job ${job} has ended: ${state}`);
  const runner = on === undefined ? undefined : runnerOf(on);
  if (runner?.attach === undefined || handle["slurm"] === undefined) {
    throw new SygaldryError(
      "SYG-JOB",
      `what ${job} writes is lost with its supervisor: it did not run on Slurm`,
      {
        next: `End what is left of it with \`sygaldry job stop ${job}\`, and start it anew.`,
      },
    );
  }
  const now = await runner.look(handle);
  if (now === undefined) {
    throw new SygaldryError("SYG-JOB", `Slurm does not answer, so nobody knows whether ${job} is at work`, {
      next: "Try again when `squeue` works here.",
    });
  }
  if (now.state !== "ended") return status;
  throw new SygaldryError("SYG-JOB", `Slurm job ${handle["slurm"]} of ${job} is at work no more`, {
    next: `See \`sygaldry job status ${job}\`.`,
  });
}

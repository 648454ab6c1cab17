import type { Job } from "../store.ts";
import type { JobStatus } from "./status.ts";

/** The job as people should see it: a run that cannot live is LOST, whatever its file still says. */
export function shownStatus({ status, verdict }: Job): JobStatus {
  return verdict.life === "dead" || verdict.life === "silent" ? lost(status, verdict.why) : status;
}

/** The status of a run that has been lost, `why` in a sentence. */
export function lost(status: JobStatus, why: string | undefined): JobStatus {
  return { ...status, state: "LOST", cause: "lost", ...(why === undefined ? {} : { reason: why }) };
}

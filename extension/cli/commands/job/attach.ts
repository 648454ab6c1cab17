import { SygaldryError } from "../../../core/base/errors.ts";
import type { LogEvent } from "../../../core/jobs/log/event.ts";
import { followLog } from "../../../core/jobs/log/follow-log.ts";
import { logStart } from "../../../core/jobs/log/log-parts.ts";
import { shownStatus } from "../../../core/jobs/status/shown-status.ts";
import { isFinal, type JobStatus } from "../../../core/jobs/status/status.ts";
import { stopJob } from "../../../core/jobs/stop.ts";
import { requireJob } from "../../../core/jobs/store.ts";
import { jobRunners } from "../../job-runners.ts";
import type { Output } from "../../output.ts";
import { standardError, standardOutput } from "../../standard-streams.ts";
import { eventText } from "./event-text.ts";
import { exitCodeOfJob, jobJson, outcomeText } from "./job-text.ts";

interface Attachment {
  readonly folder: string;
  readonly job: string;
  readonly run: string;
  readonly log: string;
  readonly output: Output;
  readonly signal: AbortSignal;
}

/**
 * Shows a run's output until it ends, and gives its exit code. Ctrl-C and TERM stop the job; a terminal that is closed
 * (HUP) leaves it.
 */
export async function attach({ folder, job, run, log, output, signal }: Attachment): Promise<number> {
  let closed = false;
  const onClosed = () => {
    closed = true;
  };
  process.once("SIGHUP", onClosed);
  let last: JobStatus | undefined;
  let stopping: Promise<unknown> | undefined;
  try {
    await followLog(log, logStart, {
      onEvent: (event) => show(event, output),
      poll: 100,
      isOver: async () => {
        if (signal.aborted && closed) return true;
        if (signal.aborted)
          stopping ??= stopJob(folder, job, {
            by: "Ctrl-C",
            ...limits,
            runnerOf: jobRunners(folder),
          });
        const status = shownStatus(await requireJob(folder, job));
        if (!isFinal(status) && status.run === run) return false;
        last = status;
        return true;
      },
    });
    await stopping;
  } finally {
    process.removeListener("SIGHUP", onClosed);
  }
  if (last === undefined) throw new SygaldryError("SYG-CANCELLED", `left ${job} running`);
  if (output.json) output.result(jobJson({ status: last, verdict: { life: "ended" } }));
  else output.info(outcomeText(last));
  return exitCodeOfJob(last);
}

const limits = { grace: 10_000, patience: 60_000 };

/** With --json stdout is for the result. */
function show(event: LogEvent, output: Output): void {
  if (event.event !== "output") {
    if (event.event === "retry" || event.event === "wait") output.info(eventText(event));
    return;
  }
  const stream = event.stream === "stderr" || output.json ? standardError() : standardOutput();
  stream.write(`${event.msg ?? ""}${event.more === true ? "" : "\n"}`);
}

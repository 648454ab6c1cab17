import path from "node:path";
import { SygaldryError } from "../../../core/base/errors.ts";
import { logName } from "../../../core/jobs/layout.ts";
import type { LogEvent } from "../../../core/jobs/log/event.ts";
import { followLog } from "../../../core/jobs/log/follow-log.ts";
import { tailLog } from "../../../core/jobs/log/tail-log.ts";
import { shownStatus } from "../../../core/jobs/status/shown-status.ts";
import { isFinal } from "../../../core/jobs/status/status.ts";
import { type Job, listRuns, requireJob } from "../../../core/jobs/store.ts";
import { type CommonOptions, outputOptions } from "../../options.ts";
import { createOutput } from "../../output.ts";
import { standardOutput } from "../../standard-streams.ts";
import { eventText } from "./event-text.ts";
import { jobsFolder } from "./folder.ts";

interface TailOptions extends CommonOptions {
  readonly follow?: boolean;
  readonly lines?: number;
  readonly since?: number;
  readonly event?: readonly string[];
  readonly run?: string;
}

const defaultLines = 20;

export async function tail(
  options: TailOptions,
  [name = ""]: readonly string[],
  signal: AbortSignal,
): Promise<number> {
  const output = createOutput(outputOptions(options));
  const folder = await jobsFolder(options);
  const job = await requireJob(folder, name);
  const run = options.run ?? job.status.run;
  const file = await logOf(folder, job, options.run);
  const wanted = options.event ?? [];
  const filter = {
    ...(wanted.length === 0 ? {} : { events: wanted }),
    ...(options.since === undefined ? {} : { since: options.since }),
  };
  const lines = options.lines ?? (options.since === undefined ? defaultLines : undefined);
  const { events, end } = await tailLog(file, { ...filter, lines, signal });
  if (options.json && !options.follow) {
    output.result({ job: name, run: run ?? null, log: file, events });
    return 0;
  }
  const print = (event: LogEvent) => {
    const quiet = wanted.length === 0 && event.event === "heartbeat";
    if (options.json) standardOutput().write(`${JSON.stringify(event)}\n`);
    else if (!quiet) standardOutput().write(`${eventText(event)}${event.more === true ? "" : "\n"}`);
  };
  events.forEach(print);
  if (!options.follow) return 0;
  await followLog(file, end, {
    ...filter,
    ...{ onEvent: print, signal },
    isOver: async () => {
      const status = shownStatus(await requireJob(folder, name));
      return isFinal(status) || status.run !== run;
    },
  });
  if (signal.aborted) throw new SygaldryError("SYG-CANCELLED", "following was cancelled");
  return 0;
}

/** The status names the log; the original runner's may not, and then the newest is its. */
async function logOf(folder: string, { status }: Job, run: string | undefined): Promise<string> {
  const { job } = status;
  if (run === undefined && status.log !== undefined && path.basename(status.log) === status.log) {
    return path.join(folder, status.log);
  }
  const runs = await listRuns(folder, job);
  const found = run === undefined ? runs.at(-1) : runs.find((one) => one.run === run);
  if (found !== undefined) return path.join(folder, logName(job, found.run));
  const known = runs.map((one) => one.run).join(", ") || "none";
  throw new SygaldryError(
    "SYG-JOB-MISSING",
    run === undefined ? `${job} has no log in ${folder}` : `${job} has no run ${run}`,
    { next: `Its runs that have a log: ${known}.` },
  );
}

import { userInfo } from "node:os";
import { stopJob } from "../../../core/jobs/stop.ts";
import { jobRunners } from "../../job-runners.ts";
import { type CommonOptions, outputOptions } from "../../options.ts";
import { createOutput } from "../../output.ts";
import { jobsFolder } from "./folder.ts";
import { jobJson, outcomeText } from "./job-text.ts";

interface StopOptions extends CommonOptions {
  readonly grace?: number;
}

/** Longer than any grace that a job was started with is likely to be. */
const patience = 10 * 60_000;

export async function stop(
  options: StopOptions,
  names: readonly string[],
  signal: AbortSignal,
): Promise<number> {
  const output = createOutput(outputOptions(options));
  const folder = await jobsFolder(options);
  const grace = (options.grace ?? 10) * 1000;
  const by = `${userName()} with \`sygaldry job stop\``;
  const ended = await Promise.all(
    names.map((name) => stopJob(folder, name, { by, runnerOf: jobRunners(folder), grace, patience, signal })),
  );
  output.result(
    {
      jobs: ended.map(({ status, before }) => ({
        ...jobJson({ status, verdict: { life: "ended" } }),
        before,
      })),
    },
    ended
      .map(({ status, before }) =>
        before ? `${status.job} had ended: ${status.state}` : outcomeText(status),
      )
      .join("\n"),
  );
  return 0;
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    // A container may run as a number without a name.
    return `user ${process.getuid?.() ?? "?"}`;
  }
}

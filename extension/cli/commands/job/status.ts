import path from "node:path";
import { sizeText } from "../../../core/base/text-size.ts";
import { shownStatus } from "../../../core/jobs/status/shown-status.ts";
import { requireJob } from "../../../core/jobs/store.ts";
import { durationText } from "../../amounts.ts";
import { type CommonOptions, outputOptions } from "../../options.ts";
import { createOutput, table } from "../../output.ts";
import { jobsFolder } from "./folder.ts";
import { elapsedOf, jobJson, printable } from "./job-text.ts";
import { list } from "./list.ts";
import { reconciled } from "./reconciled.ts";

export async function status(
  options: CommonOptions,
  args: readonly string[],
  signal: AbortSignal,
): Promise<number> {
  const [name] = args;
  if (name === undefined) return list(options, [], signal);
  const output = createOutput(outputOptions(options));
  const folder = await jobsFolder(options);
  const job = await reconciled(folder, await requireJob(folder, name), signal);
  const shown = shownStatus(job);
  const { state, run, attempt, attempts, progress, reason, rc, cause, signal: ended } = shown;
  const elapsed = elapsedOf(shown);
  const rows: readonly (readonly [string, string | undefined])[] = [
    ["job", shown.job],
    ["state", job.verdict.life === "stalled" ? `${state} (stalled)` : state],
    ["why", job.verdict.why ?? reason],
    ["exit code", rc === undefined ? undefined : `${rc}${ended === undefined ? "" : ` (${ended})`}`],
    ["cause", cause],
    ["run", run],
    ["attempt", attempt === undefined || attempts === 1 ? undefined : `${attempt} of ${attempts ?? "?"}`],
    ["phase", progress?.phase],
    ["progress", progress?.percent === undefined ? undefined : `${Math.round(progress.percent)}%`],
    ["left", progress?.eta === undefined ? undefined : durationText(progress.eta)],
    ["started", shown.started],
    ["ended", shown.ended],
    ["elapsed", elapsed === undefined ? undefined : durationText(elapsed)],
    ["last heard", shown.ts],
    ["CPU", shown.cpuSeconds === undefined ? undefined : durationText(shown.cpuSeconds)],
    ["memory", sizeOf(shown.memory)],
    ["peak memory", sizeOf(shown.peakMemory)],
    ["GPU memory", sizeOf(shown.gpuMemory)],
    ["peak GPU memory", sizeOf(shown.peakGpuMemory)],
    ["command", shown.command],
    ["in", shown.cwd],
    ["runs on the node", shown.on === "slurm" ? shown.handle["runs"] : undefined],
    ["log", shown.log === undefined ? undefined : path.join(folder, shown.log)],
  ];
  const said = rows.filter((row): row is readonly [string, string] => row[1] !== undefined);
  output.result(jobJson(job), table(said.map(([name, value]) => [name, printable(value)])));
  return 0;
}

function sizeOf(bytes: number | undefined): string | undefined {
  return bytes === undefined ? undefined : sizeText(bytes);
}

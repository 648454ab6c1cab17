import { stat } from "node:fs/promises";
import path from "node:path";
import { SygaldryError } from "../../../core/base/errors.ts";
import { buildRecords } from "../../../core/bazel/build/records.ts";
import { readInfo } from "../../../core/bazel/info/read-info.ts";
import type { BazelProfile, Spent } from "../../../core/bazel/profile/profile.ts";
import { readProfile } from "../../../core/bazel/profile/read-profile.ts";
import { findWorkspaceRoot } from "../../../core/bazel/workspace/find-root.ts";
import { fineDurationText } from "../../amounts.ts";
import { loadOptions, outputOptions } from "../../options.ts";
import { createOutput, table } from "../../output.ts";
import { chooseSite, type SiteOptions } from "../../site.ts";

interface ProfileOptions extends SiteOptions {
  readonly top?: number;
}

export async function profile(
  options: ProfileOptions,
  [asked]: readonly string[],
  signal: AbortSignal,
): Promise<number> {
  const output = createOutput(outputOptions(options));
  const { cwd } = loadOptions(options);
  const file = asked === undefined ? await lastProfile(options, cwd, signal) : path.resolve(cwd, asked);
  const read = await readProfile(file, { top: options.top ?? 10, signal });
  output.result(profileJson(file, read), profileText(file, read));
  if (!read.complete) output.warn("the profile is cut off: the build goes on, or its server was killed");
  return 0;
}

/** The newest of what our own builds recorded and what Bazel writes into the output base by itself. */
async function lastProfile(options: ProfileOptions, cwd: string, signal: AbortSignal): Promise<string> {
  const workspace = await findWorkspaceRoot(cwd);
  const output = createOutput(outputOptions(options));
  const site = await chooseSite(options, output);
  const records = await buildRecords(site.kind, workspace.root, process.env);
  const { outputBase } = await readInfo(site, workspace, signal);
  const candidates = [records.profile, path.posix.join(outputBase.path, "command.profile.gz")];
  const dated = await Promise.all(
    candidates.map(async (one) => {
      const file = site.paths.local(one);
      return { file, time: (await stat(file).catch(() => undefined))?.mtimeMs };
    }),
  );
  const [newest] = dated
    .flatMap(({ file, time }) => (time === undefined ? [] : [{ file, time }]))
    .sort((a, b) => b.time - a.time);
  if (newest !== undefined) return newest.file;
  throw new SygaldryError("SYG-FILE", "there is no profile of a build of this workspace", {
    next: "Build with `sygaldry bazel build`, or name a file that a build wrote with --profile=FILE.",
    data: { looked: dated.map(({ file }) => file) },
  });
}

function profileJson(file: string, read: BazelProfile): Readonly<Record<string, unknown>> {
  const { bazel, buildId, outputBase, date, actions, ...rest } = read;
  const whole = {
    ...{ file, bazel: bazel ?? null, buildId: buildId ?? null, outputBase: outputBase ?? null },
    ...{ date: date ?? null, ...rest },
    actions: { ...actions, parallel: actions.parallel ?? null },
    slowest: read.slowest.map((one) => ({
      ...{ ...one, mnemonic: one.mnemonic ?? null, target: one.target ?? null, output: one.output ?? null },
    })),
  };
  return JSON.parse(JSON.stringify(whole, rounded)) as Readonly<Record<string, unknown>>;
}

/** Bazel measures microseconds. */
function rounded(_key: string, value: unknown): unknown {
  return typeof value === "number" ? Math.round(value * 1e6) / 1e6 : value;
}

function profileText(file: string, read: BazelProfile): string {
  const percent = (seconds: number) =>
    read.seconds === 0 ? "" : `${Math.round((100 * seconds) / read.seconds)} %`;
  const spent = ({ count, seconds }: Spent) => `${fineDurationText(seconds)} in ${count}`;
  const { actions, caches, garbage } = read;
  const together = actions.parallel === undefined ? "" : `, ${actions.parallel.toFixed(1)} at once`;
  const facts = [
    ["profile", file],
    ["time", `${fineDurationText(read.seconds)}${read.date === undefined ? "" : `, ${read.date}`}`],
    ["actions", `${spent(actions)}${together}`],
    [
      "critical path",
      `${fineDurationText(read.criticalPath.seconds)} (${percent(read.criticalPath.seconds)})`,
    ],
    ["cache checks", spent(caches.checks)],
    ["downloads", spent(caches.downloads)],
    ["uploads", spent(caches.uploads)],
    ["garbage collection", `${spent(garbage)}, ${garbage.full} of them full (${percent(garbage.seconds)})`],
  ];
  return [
    table(facts),
    section(
      "phases",
      read.phases.map(({ name, seconds }) => [fineDurationText(seconds), percent(seconds), name]),
    ),
    section(
      "critical path",
      read.criticalPath.parts.map(({ name, seconds }) => [fineDurationText(seconds), name]),
    ),
    section(
      "slowest actions",
      read.slowest.map(({ seconds, mnemonic, name, target }) => [
        ...[fineDurationText(seconds), mnemonic ?? "", name, target ?? ""],
      ]),
    ),
    section(
      "by mnemonic",
      read.mnemonics.map(({ name, count, seconds }) => [fineDurationText(seconds), String(count), name]),
    ),
    section(
      "threads",
      read.threads.map(({ name, count, seconds }) => [percent(seconds), String(count), name]),
    ),
  ]
    .filter((part) => part !== "")
    .join("\n\n");
}

function section(title: string, rows: readonly (readonly string[])[]): string {
  return rows.length === 0 ? "" : `${title}\n${table(rows.map((row) => ["", ...row]))}`;
}

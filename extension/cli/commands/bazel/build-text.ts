import pc from "picocolors";
import type { BuildOutcome } from "../../../core/bazel/build/run-build.ts";
import { type BazelBuild, isPassed, type TestedTarget } from "../../../core/bazel/events/build.ts";
import { errorText } from "../../../core/bazel/events/error-text.ts";
import type { BazelProgram } from "../../../core/bazel/workspace/program.ts";
import type { BazelProblem } from "../../../core/bazel/workspace/workspace.ts";
import type { Site } from "../../../core/site/site.ts";
import { durationText, fineDurationText } from "../../amounts.ts";
import { failureText } from "../../build-view.ts";
import { table } from "../../output.ts";

export interface Built extends BuildOutcome {
  readonly root: string;
  readonly bazel: BazelProgram;
  readonly command: string;
  readonly site: Site;
}

/** As documented in docs/reference/json-output.md; paths are this side's. */
export function buildJson(
  { build, exit, told, profile, stderr, root, bazel, command, site }: Built,
  logs: ReadonlyMap<string, string>,
): Readonly<Record<string, unknown>> {
  const local = (file: string | undefined) => (file === undefined ? null : site.paths.local(file));
  const { metrics } = build;
  return {
    ...{ root, command, patterns: build.patterns, success: exit.code === 0, exit },
    bazel: { program: bazel.program, version: bazel.version.text, wanted: bazel.wanted ?? null },
    started: build.startedAt === undefined ? null : new Date(build.startedAt).toISOString(),
    complete: told && build.complete,
    targets: build.targets.map(({ outputs, ...target }) => ({
      ...{ ...target, kind: target.kind ?? null, why: target.why ?? null },
      outputs: outputs.map((file) => ({
        name: file.name,
        path: local(file.path),
        bytes: file.bytes ?? null,
      })),
    })),
    failures: build.failures.map((failure) => nulled(failure)),
    tests: build.tests.map((test) => ({
      ...nulled(test),
      attempts: test.attempts.map((attempt) => ({
        ...{ ...nulled(attempt), log: local(attempt.log), xml: local(attempt.xml) },
        excerpt: (attempt.log === undefined ? undefined : logs.get(attempt.log)) ?? null,
      })),
    })),
    problems: build.problems.map((problem) => nulled(problem)),
    metrics: metrics === undefined ? null : { ...nulled(metrics), caches: nulled(metrics.caches) },
    profile: local(profile),
    // All there is when Bazel told no events.
    output: told || exit.code === 0 ? null : stderr.slice(-8192),
  };
}

/** JSON drops what is undefined; here it is there, and null. */
function nulled(value: object): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      key,
      item === undefined ? null : Array.isArray(item) ? item.map(nulledItem) : item,
    ]),
  );
}

function nulledItem(item: unknown): unknown {
  return typeof item === "object" && item !== null ? nulled(item) : item;
}

/** More of one sort push what matters off the screen. */
const shown = 20;

/** For people: what failed first, then the tests, then how it went. */
export function tellBuild(built: Built, logs: ReadonlyMap<string, string>): string {
  const { build, exit, told, stderr, site } = built;
  const failed = [
    ...limited(build.problems.map(problemText)),
    ...limited(build.failures.map((failure) => failureText(failure, 10))),
    ...limited(
      build.tests.filter(({ status }) => !isPassed(status)).map((test) => testFailure(test, site, logs)),
    ),
  ];
  const silent = exit.code !== 0 && (!told || failed.length === 0) ? [lastWords(stderr)] : [];
  const parts = [...failed, ...silent, targetsText(build), testsText(build.tests), endText(built)];
  return parts.filter((part) => part !== "").join("\n");
}

/** `built 3 of 4 targets in 2.1 s; caches: …` */
export function buildSummary({ targets, metrics, startedAt, endedAt }: BazelBuild): string {
  const done = targets.filter(({ state }) => state === "built").length;
  const wall =
    metrics?.wallSeconds ??
    (startedAt === undefined || endedAt === undefined ? undefined : (endedAt - startedAt) / 1000);
  const time = wall === undefined ? "" : ` in ${durationText(wall)}`;
  const what = `built ${done === targets.length ? done : `${done} of ${targets.length}`} ${targets.length === 1 ? "target" : "targets"}${time}`;
  if (metrics === undefined) return what;
  const { local, disk, remote, executed, ratio } = metrics.caches;
  const hits = [
    ...(local === undefined ? [] : [`${local} up to date`]),
    ...(!disk ? [] : [`${disk} from the disk cache`]),
    ...(!remote ? [] : [`${remote} from the remote cache`]),
    ...(executed === undefined ? [] : [`${executed} ran`]),
  ];
  const share = ratio === undefined ? "" : ` (${Math.round(ratio * 100)} % not done anew)`;
  return `${what}; actions: ${hits.join(", ")}${share}`;
}

function endText({ build, exit, command }: Built): string {
  const summary = buildSummary(build);
  if (exit.code === 0) return `${pc.green("✓")} ${summary}`;
  const first = `${pc.red("✗")} ${command}: ${exit.meaning} (Bazel's ${exit.name}, ${exit.code})`;
  return build.id === undefined || build.targets.length === 0 ? first : `${first}\n${summary}`;
}

/** What was built with its first files, where that is not many; what was not, with why. */
function targetsText({ targets, failures, tests }: BazelBuild): string {
  const tested = new Set(tests.map(({ label }) => label));
  const built = targets.filter(({ label, state }) => state === "built" && !tested.has(label));
  const told = new Set(failures.map(({ label }) => label));
  const others = targets.filter(({ label, state }) => state !== "built" && !told.has(label));
  const files =
    built.length > 8 ? [] : built.flatMap(({ label, outputs }) => [[label, outputs[0]?.name ?? ""]]);
  const rows = [...files, ...others.slice(0, shown).map(({ label, state, why }) => [label, why ?? state])];
  const more = others.length > shown ? [`and ${others.length - shown} more targets`] : [];
  return [...(rows.length === 0 ? [] : [table(rows)]), ...more].join("\n");
}

function testsText(tests: readonly TestedTarget[]): string {
  if (tests.length === 0) return "";
  const bad = tests.filter(({ status }) => status !== "PASSED");
  const ordered = [...bad, ...tests.filter(({ status }) => status === "PASSED")];
  const rows = ordered
    .slice(0, Math.max(shown, bad.length))
    .map(({ label, status, seconds, cached, attempts, runs, shards }) => [
      label,
      status,
      seconds === undefined ? "" : fineDurationText(seconds),
      cached === undefined ? "" : `cached (${cached})`,
      [
        ...(runs > 1 ? [`${runs} runs`] : []),
        ...(shards > 1 ? [`${shards} shards`] : []),
        ...(attempts.length > runs * shards ? [`${attempts.length} attempts`] : []),
      ].join(", "),
    ]);
  const more = ordered.length > rows.length ? [`and ${ordered.length - rows.length} more that passed`] : [];
  return [table([["test", "status", "time", "from", ""], ...rows]), ...more].join("\n");
}

function testFailure(test: TestedTarget, site: Site, logs: ReadonlyMap<string, string>): string {
  const attempt = test.attempts.findLast(({ status }) => !isPassed(status));
  const head = `${pc.red("✗")} ${test.label} ${test.status}`;
  if (attempt?.log === undefined) return head;
  const lines = (logs.get(attempt.log) ?? "").trimEnd().split("\n");
  // Bazel's own heading of a log.
  const begin = lines.findIndex((line) => /^-{20,}$/.test(line)) + 1;
  const text = lines.slice(Math.max(begin, lines.length - 15)).map((line) => `  ${line}`);
  return [`${head} (${site.paths.local(attempt.log)})`, ...(lines.join("") === "" ? [] : text)].join("\n");
}

function problemText({ file, line, column, message }: BazelProblem): string {
  return `${pc.red("error:")} ${file === undefined ? "" : `${pc.bold([file, line, column].filter((part) => part !== undefined).join(":"))}: `}${message}`;
}

/** Bazel's errors with what compilers said, else all; the end of it. */
function lastWords(stderr: string): string {
  const errors = errorText();
  errors.take(stderr);
  const said = errors.text() || stderr;
  return said.trimEnd().split("\n").slice(-40).join("\n");
}

function limited(texts: readonly string[]): readonly string[] {
  const more = texts.length - shown;
  return more > 0 ? [...texts.slice(0, shown), `and ${more} more; --json has all`] : texts;
}

import type { AffectedTarget, Because } from "../../../core/bazel/affected/affected.ts";
import { type AffectedAnswer, queryAffected } from "../../../core/bazel/affected/query-affected.ts";
import { kindMatcher } from "../../../core/bazel/workspace/select.ts";
import { outputOptions } from "../../options.ts";
import { createOutput, type Output } from "../../output.ts";
import type { SiteOptions } from "../../site.ts";
import { bazelJson, findPlace, openBazel } from "./place.ts";
import { problemJson, warnProblems } from "./problems.ts";

interface AffectedOptions extends SiteOptions {
  readonly since?: string;
  readonly mergeBase?: boolean;
  readonly kind?: readonly string[];
  readonly tests?: boolean;
  readonly why?: boolean;
}

/** Exits 1 when Bazel could not read all there is, for targets may lack then. */
export async function affected(
  options: AffectedOptions,
  _operands: readonly string[],
  signal: AbortSignal,
): Promise<number> {
  const output = createOutput(outputOptions(options));
  const { root } = await findPlace(options);
  const { site, bazel } = await openBazel(options, root, output, signal);
  const since = options.since ?? "HEAD";
  const asked = { since, mergeBase: options.mergeBase === true, environment: process.env, signal };
  const answer = await queryAffected(site, bazel, root, asked);
  const matches = kindMatcher(options.kind);
  const targets = answer.targets.filter(
    ({ kind, manual }) => matches(kind) && (options.tests !== true || (kind.endsWith("_test") && !manual)),
  );
  output.result(
    {
      ...{ root, since, commit: answer.changes.commit, bazel: bazelJson(bazel) },
      ...answerJson(answer, targets),
    },
    targets.map((target) => (options.why === true ? whyText(target) : target.label)).join("\n"),
  );
  tell(answer, targets.length, output);
  return answer.complete ? 0 : 1;
}

function answerJson(answer: AffectedAnswer, targets: readonly AffectedTarget[]): Record<string, unknown> {
  const { changes, everything, compared, complete, removed, unused, problems } = answer;
  return {
    ...{ complete, compared, everything, changed: changes.files, outside: changes.outside, unused },
    targets: targets.map(({ because, ...target }) => ({
      ...target,
      because: { what: because.what, file: because.file ?? null, path: because.path },
    })),
    removed,
    problems: problems.map(problemJson),
  };
}

function whyText({ label, kind, because }: AffectedTarget): string {
  return `${label}  ${kind}  ${reason(because)}`;
}

function reason({ what, file, path }: Because): string {
  const last = path.at(-1) ?? "";
  const between = path.slice(1, what === "file" ? -1 : undefined);
  const way = between.length === 0 ? "" : ` by way of ${between.join(" → ")}`;
  if (what === "everything") return `${file ?? last} decides how all is built${way}`;
  if (what === "file") return `${file} changed${way}`;
  return `${last} ${what === "new" ? "is new" : "has changed"}${way}`;
}

function tell(answer: AffectedAnswer, count: number, output: Output): void {
  warnProblems(answer.problems, output);
  if (!answer.complete) output.warn("Bazel could not read all there is: targets may lack.");
  const { files, outside } = answer.changes;
  for (const { file, submodule } of files)
    if (submodule)
      output.info(`${file} is a repository of its own: all that is taken from it counts as changed.`);
  const elsewhere = outside === 0 ? "" : `, ${outside} more outside the workspace`;
  output.info(`${amount(files.length, "changed file")}${elsewhere}; ${amount(count, "target")}`);
}

function amount(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? "" : "s"}`;
}

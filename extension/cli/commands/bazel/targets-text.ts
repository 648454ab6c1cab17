import type { BazelProgram } from "../../../core/bazel/workspace/program.ts";
import type { BazelWorkspace } from "../../../core/bazel/workspace/workspace.ts";
import { type Output, table } from "../../output.ts";
import { bazelJson } from "./place.ts";
import { problemJson, warnProblems } from "./problems.ts";

interface Source {
  readonly pattern: string;
  /** Undefined for a scan. */
  readonly bazel: BazelProgram | undefined;
  readonly complete: boolean;
}

/** As documented in docs/reference/json-output.md. */
export function targetsJson(
  workspace: BazelWorkspace,
  { pattern, bazel, complete }: Source,
): Readonly<Record<string, unknown>> {
  return {
    root: workspace.root,
    pattern,
    bazel: bazel === undefined ? null : bazelJson(bazel),
    complete,
    packages: workspace.packages.map(({ label, file, targets, unread, problems, defaultVisibility }) => ({
      ...{ label, file: file ?? null, defaultVisibility: defaultVisibility ?? null },
      targets: targets.map((target) => ({
        ...target,
        ...{ line: target.line ?? null, column: target.column ?? null },
      })),
      ...{ unread, problems },
    })),
    problems: workspace.problems.map(problemJson),
  };
}

/** One row a target; a guess has a question mark. Undefined when there is none. */
export function targetsTable({ packages }: BazelWorkspace): string | undefined {
  const rows = packages.flatMap(({ file, targets }) =>
    targets.map(({ label, kind, line, certain }) => [
      label,
      certain ? kind : `${kind}?`,
      file === undefined ? "" : line === undefined ? file : `${file}:${line}`,
    ]),
  );
  return rows.length === 0 ? undefined : table([["target", "kind", "place"], ...rows]);
}

export function tellProblems(workspace: BazelWorkspace, scanned: boolean, output: Output): void {
  const { packages, problems } = workspace;
  const own = packages.flatMap((one) =>
    one.problems.map((problem) => ({ ...problem, file: one.file, package: one.label })),
  );
  // What Bazel says of a file is better than what the scan guesses.
  const told = new Set(problems.map((problem) => problem.package));
  const all = [...problems, ...own.filter((problem) => !told.has(problem.package))];
  warnProblems(all, output);
  const count = packages.reduce((sum, { targets }) => sum + targets.length, 0);
  if (count === 0) output.info("There is no such target.");
  if (!scanned) return;
  const unread = packages.reduce((sum, one) => sum + one.unread.length, 0);
  if (unread > 0)
    output.info(
      `${unread} ${unread === 1 ? "call makes targets" : "calls make targets"} that only Bazel can tell.`,
    );
}

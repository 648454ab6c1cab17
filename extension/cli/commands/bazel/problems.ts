import type { BazelProblem } from "../../../core/bazel/workspace/workspace.ts";
import type { Output } from "../../output.ts";

/** More lines than this of one sort push what matters off the screen. */
const shown = 20;

export function warnProblems(problems: readonly BazelProblem[], output: Output): void {
  for (const problem of problems.slice(0, shown)) output.warn(problemText(problem));
  if (problems.length > shown) output.warn(`and ${problems.length - shown} more problems; --json has all`);
}

export function problemJson(problem: BazelProblem): Record<string, unknown> {
  return {
    message: problem.message,
    ...{ file: problem.file ?? null, line: problem.line ?? null, column: problem.column ?? null },
    package: problem.package ?? null,
  };
}

function problemText({ message, file, line, column, package: label }: BazelProblem): string {
  if (file !== undefined && line !== undefined) return `${file}:${line}:${column}: ${message}`;
  return label === undefined ? message : `${label}: ${message}`;
}

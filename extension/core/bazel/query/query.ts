import { SygaldryError } from "../../base/errors.ts";
import type { Site } from "../../site/site.ts";
import { patternText, type TargetPattern } from "../workspace/pattern.ts";
import type { BazelProgram } from "../workspace/program.ts";
import type { BazelProblem } from "../workspace/workspace.ts";
import type { QueriedRule, QueryAnswer } from "./answer.ts";
import { partialAnswer, queryCommand, queryOutput } from "./command.ts";
import { parseProblems } from "./parse-problems.ts";
import { parseRule } from "./parse-rules.ts";
import { openQuery, type QueryOptions, queryFailure } from "./run-query.ts";

/**
 * Asks Bazel which rules a pattern means, in an output base of its own: it waits for no build, and no build for it. Throws
 * SYG-BAZEL when Bazel fails altogether, SYG-BAZEL-TARGET when it knows nothing of that name, and SYG-CANCELLED when
 * `signal` fires, after Bazel and the server that it began have ended.
 */
export async function queryTargets(
  site: Site,
  bazel: BazelProgram,
  root: string,
  pattern: TargetPattern,
  options: QueryOptions,
): Promise<QueryAnswer> {
  const { place, run, local } = await openQuery(site, bazel, root, options);
  const rules: QueriedRule[] = [];
  const result = await run(queryCommand(place, pattern), (line) => {
    const rule = parseRule(line, queryOutput(bazel.version));
    if (rule === undefined) return;
    rules.push(rule.at === undefined ? rule : { ...rule, at: { ...rule.at, file: local(rule.at.file) } });
  });
  if (result.exitCode !== 0 && result.exitCode !== partialAnswer) throw queryFailure(bazel.program, result);
  const said = parseProblems(result.stderr, local);
  if (rules.length === 0 && said.damaged.size === 0) refuseUnknown(pattern, said.problems);
  return { rules, ...said, complete: result.exitCode === 0 };
}

function refuseUnknown(pattern: TargetPattern, problems: readonly BazelProblem[]): void {
  const text = problems.find(({ message }) => message.startsWith("Skipping '"))?.message;
  // An empty workspace is none that Bazel does not know.
  if (text === undefined || (pattern.scope === "below" && pattern.folder === "")) return;
  const why = text.replace(/^Skipping '[^']*': /, "");
  throw new SygaldryError("SYG-BAZEL-TARGET", why, {
    next: "`sygaldry bazel targets` lists all there are.",
    data: { pattern: patternText(pattern) },
  });
}

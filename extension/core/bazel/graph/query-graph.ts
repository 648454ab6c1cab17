import type { Site } from "../../site/site.ts";
import { type GraphParts, graphCommand, partialAnswer } from "../query/command.ts";
import { parseProblems, type SaidProblems } from "../query/parse-problems.ts";
import { openQuery, type QueryOptions, queryFailure } from "../query/run-query.ts";
import type { BazelProgram } from "../workspace/program.ts";
import { type BazelGraph, type GraphRule, makeGraph } from "./graph.ts";
import { parseGraphRule } from "./parse-graph-rule.ts";

export interface GraphAnswer extends SaidProblems {
  readonly graph: BazelGraph;
  /** False when anything was left out. */
  readonly complete: boolean;
}

export interface GraphQuestion extends GraphParts {
  /** In Bazel's query language; its rules are those of the graph. */
  readonly expression: string;
}

/**
 * Asks Bazel for the graph of what an expression means. Of `//...` it reads the whole workspace and nothing else: no other
 * repository is fetched for what only depends on it. Throws as queryTargets does; what does not exist is not in the answer.
 */
export async function queryGraph(
  site: Site,
  bazel: BazelProgram,
  root: string,
  { expression, ...parts }: GraphQuestion,
  options: QueryOptions,
): Promise<GraphAnswer> {
  const { place, run, local } = await openQuery(site, bazel, root, options);
  const rules: GraphRule[] = [];
  const result = await run(graphCommand(place, expression, parts), (line) => {
    const rule = parseGraphRule(line);
    if (rule !== undefined) rules.push(rule);
  });
  if (result.exitCode !== 0 && result.exitCode !== partialAnswer) throw queryFailure(bazel.program, result);
  return { graph: makeGraph(rules), ...parseProblems(result.stderr, local), complete: result.exitCode === 0 };
}

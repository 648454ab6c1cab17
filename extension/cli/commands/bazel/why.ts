import { type BazelGraph, dependenciesIn, type Neighbours, nodeOf } from "../../../core/bazel/graph/graph.ts";
import { labelsBetween, shortestPath } from "../../../core/bazel/graph/paths.ts";
import { parsePattern } from "../../../core/bazel/workspace/pattern.ts";
import { outputOptions } from "../../options.ts";
import { createOutput } from "../../output.ts";
import { type GraphOptions, openGraph } from "./open-graph.ts";
import { bazelJson, findPlace } from "./place.ts";
import { problemJson, warnProblems } from "./problems.ts";
import { treeText } from "./tree-text.ts";

interface WhyOptions extends GraphOptions {
  readonly all?: boolean;
}

/** Exits 1 when `from` does not depend on `to`. */
export async function why(
  options: WhyOptions,
  [from = "", to = ""]: readonly string[],
  signal: AbortSignal,
): Promise<number> {
  const output = createOutput(outputOptions(options));
  const { root, folder } = await findPlace(options);
  const patterns = [from, to].map((text) => parsePattern(text, folder));
  const { bazel, answer, selected } = await openGraph(options, root, patterns, output, signal);
  const { graph, complete, problems } = answer;
  const [named = [], below = []] = selected;
  // Of many, who it is that depends on the one, and not the one itself.
  const others = named.filter((label) => !below.includes(label));
  const above = others.length > 0 ? others : named;
  const next = dependenciesIn(graph);
  const path = shortestPath(above, below, next);
  const reverse = path === undefined ? shortestPath(below, above, next) : undefined;
  const between = options.all === true && path !== undefined ? labelsBetween(above, below, next) : undefined;
  output.result(
    {
      ...{ root, from, to, bazel: bazelJson(bazel), complete },
      path: path?.map((label) => nodeOf(graph, label)) ?? null,
      reverse: reverse?.map((label) => nodeOf(graph, label)) ?? null,
      ...(options.all === true ? { edges: edges(between ?? new Set(), next) } : {}),
      problems: problems.map(problemJson),
    },
    path === undefined
      ? undefined
      : between === undefined
        ? pathText(graph, path)
        : treeText(
            graph,
            above.filter((label) => between.has(label)),
            (label) => within(between, next(label)),
          ),
  );
  warnProblems(problems, output);
  if (path !== undefined) return 0;
  const unsure = complete ? "" : ", as far as Bazel could read";
  output.info(
    `${from} does not depend on ${to}${unsure}${reverse === undefined ? ", nor it on that." : "."}`,
  );
  if (reverse !== undefined) output.info(`It is the other way round:\n${pathText(graph, reverse)}`);
  return 1;
}

/** Each below who depends on it; a long way is not indented without end. */
function pathText(graph: BazelGraph, path: readonly string[]): string {
  return path
    .map((label, level) => `${"  ".repeat(Math.min(level, 40))}${label}  ${nodeOf(graph, label).kind}`)
    .join("\n");
}

function edges(between: ReadonlySet<string>, next: Neighbours): readonly { from: string; to: string }[] {
  return [...between]
    .sort()
    .flatMap((label) => within(between, next(label)).map((to) => ({ from: label, to })));
}

function within(members: ReadonlySet<string>, labels: readonly string[]): readonly string[] {
  return labels.filter((label) => members.has(label));
}

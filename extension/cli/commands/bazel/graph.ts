import { type Drawing, drawDot, drawMermaid } from "../../../core/bazel/graph/draw.ts";
import {
  type BazelGraph,
  dependenciesIn,
  dependentsIn,
  type Neighbours,
  nodeOf,
} from "../../../core/bazel/graph/graph.ts";
import { reach, topsOf } from "../../../core/bazel/graph/select.ts";
import { parsePattern } from "../../../core/bazel/workspace/pattern.ts";
import { outputOptions } from "../../options.ts";
import { createOutput } from "../../output.ts";
import { type GraphOptions, openGraph } from "./open-graph.ts";
import { bazelJson, findPlace } from "./place.ts";
import { problemJson, warnProblems } from "./problems.ts";
import { treeText } from "./tree-text.ts";

interface GraphCommandOptions extends GraphOptions {
  readonly format?: "text" | "dot" | "mermaid" | "json";
  readonly depth?: number;
  readonly reverse?: boolean;
  readonly files?: boolean;
}

export async function graph(
  options: GraphCommandOptions,
  [text = "//..."]: readonly string[],
  signal: AbortSignal,
): Promise<number> {
  const json = options.json === true || options.format === "json";
  const output = createOutput({ ...outputOptions(options), json });
  const { root, folder } = await findPlace(options);
  const pattern = parsePattern(text, folder);
  const { bazel, answer, selected } = await openGraph(options, root, [pattern], output, signal);
  const next = neighbours(answer.graph, options);
  const roots = topsOf(selected.flat(), next);
  const drawing = () => drawn(answer.graph, roots, next, options.depth);
  output.result(
    json
      ? {
          ...{ root, pattern: text, bazel: bazelJson(bazel), reverse: options.reverse === true },
          ...{ complete: answer.complete, ...drawing(), problems: answer.problems.map(problemJson) },
        }
      : {},
    json ? undefined : textOf(options, answer.graph, roots, next, drawing),
  );
  warnProblems(answer.problems, output);
  if (roots.length === 0) output.info("There is no such target.");
  return 0;
}

function neighbours(
  graph: BazelGraph,
  { reverse, files }: Pick<GraphCommandOptions, "reverse" | "files">,
): Neighbours {
  if (reverse === true) return dependentsIn(graph);
  const below = dependenciesIn(graph);
  if (files === true) return below;
  return (label) => below(label).filter((each) => nodeOf(graph, each).kind !== "file");
}

/** What is at most `depth` edges away from a root, and the edges between. */
function drawn(
  graph: BazelGraph,
  roots: readonly string[],
  next: Neighbours,
  depth: number | undefined,
): Drawing {
  const labels = reach(roots, next, depth);
  const members = new Set(labels);
  return {
    nodes: labels.map((label) => nodeOf(graph, label)),
    edges: labels.flatMap((label) =>
      next(label)
        .filter((other) => members.has(other))
        .map((other) => ({ from: label, to: other })),
    ),
    roots,
  };
}

function textOf(
  { format, depth }: GraphCommandOptions,
  graph: BazelGraph,
  roots: readonly string[],
  next: Neighbours,
  drawing: () => Drawing,
): string {
  if (format === "dot") return drawDot(drawing());
  if (format === "mermaid") return drawMermaid(drawing());
  return treeText(graph, roots, next, depth);
}

import { branches, type TreeLine, walkTree } from "../../../core/base/tree.ts";
import { type BazelGraph, type Neighbours, nodeOf } from "../../../core/bazel/graph/graph.ts";

/** Deeper than this nobody reads a tree, and each line is as long as it is deep. */
const deepest = 100;

export function treeText(
  graph: BazelGraph,
  roots: readonly string[],
  next: Neighbours,
  depth = deepest,
): string {
  const below = (label: string) => next(label).map((node) => ({ node, edge: undefined }));
  const lines = walkTree({ roots, key: (label) => label, below, depth });
  return [...lines]
    .map((line) => lineText(graph, line, line.more.length === deepest && below(line.node).length > 0))
    .join("\n");
}

function lineText(
  graph: BazelGraph,
  { node, more, repeated, cycle }: TreeLine<string, undefined>,
  deeper: boolean,
): string {
  const note = cycle ? "cycle" : repeated ? "see above" : deeper ? "and deeper" : undefined;
  const { kind } = nodeOf(graph, node);
  return `${branches(more)}${node}  ${kind}${note === undefined ? "" : ` [${note}]`}`;
}

import { mermaidText } from "../../base/drawing.ts";
import type { DependencyGraph, GraphEdge, GraphNode } from "./graph.ts";

/** The graph as a Mermaid flowchart. Build edges are dotted, externals are hexagons, roots have thick borders. */
export function toMermaid({ nodes, edges }: DependencyGraph): string {
  // A hash may begin with a digit, or be a word of Mermaid's own.
  const ids = new Map(nodes.map(({ hash }, index) => [hash, `n${index}`]));
  const roots = nodes.filter(({ root }) => root).map(({ hash }) => ids.get(hash));
  return `${[
    "flowchart TD",
    ...nodes.map((node) => `  ${ids.get(node.hash)}${shape(node)}`),
    ...edges.map((edge) => `  ${ids.get(edge.from)} ${arrow(edge)} ${ids.get(edge.to)}`),
    ...(roots.length === 0 ? [] : ["  classDef root stroke-width:3px", `  class ${roots.join(",")} root`]),
  ].join("\n")}\n`;
}

function shape(node: GraphNode): string {
  const label = mermaidText(`${node.name} ${node.version}`);
  return node.external ? `{{${label}}}` : `[${label}]`;
}

function arrow({ types, virtuals }: GraphEdge): string {
  const line = types.includes("link") || types.includes("run") ? "-->" : "-.->";
  return virtuals.length === 0 ? line : `${line}|${mermaidText(virtuals.join(","))}|`;
}

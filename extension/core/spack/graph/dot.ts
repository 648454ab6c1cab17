import { dotAttributes, dotText } from "../../base/drawing.ts";
import type { DependencyGraph, GraphEdge, GraphNode } from "./graph.ts";

/** The graph in Graphviz's DOT language. Build edges are dashed, externals are boxes, roots are bold. */
export function toDot({ nodes, edges }: DependencyGraph): string {
  return `${[
    "digraph spack {",
    "  rankdir=TB;",
    '  node [shape=ellipse, fontname="sans-serif"];',
    '  edge [fontname="sans-serif", fontsize=10];',
    ...nodes.map((node) => `  ${dotText(node.hash)} [${dotAttributes(nodeAttributes(node))}];`),
    ...edges.map((edge) => {
      const style = edgeAttributes(edge);
      return `  ${dotText(edge.from)} -> ${dotText(edge.to)}${style.length === 0 ? "" : ` [${dotAttributes(style)}]`};`;
    }),
    "}",
  ].join("\n")}\n`;
}

type Attribute = readonly [string, string];

function nodeAttributes(node: GraphNode): readonly Attribute[] {
  const style = [node.root ? "bold" : "", node.buildOnly ? "dashed" : ""].filter(Boolean).join(",");
  return [
    ["label", `${node.name}\n${node.version}\n/${node.hash.slice(0, 7)}`],
    ...(node.external ? [["shape", "box"] as const] : []),
    ...(style === "" ? [] : [["style", style] as const]),
  ];
}

function edgeAttributes({ types, virtuals }: GraphEdge): readonly Attribute[] {
  return [
    ...(types.includes("link") || types.includes("run") ? [] : [["style", "dashed"] as const]),
    ...(virtuals.length === 0 ? [] : [["label", virtuals.join(",")] as const]),
  ];
}

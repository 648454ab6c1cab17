import { dotAttributes, dotText, mermaidText } from "../../base/drawing.ts";
import type { GraphNode } from "./graph.ts";

/** A part of a graph, ready to be drawn. */
export interface Drawing {
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly { readonly from: string; readonly to: string }[];
  /** Where it begins. */
  readonly roots: readonly string[];
}

/** In Graphviz's DOT language: files are notes, other repositories boxes, roots bold. */
export function drawDot({ nodes, edges, roots }: Drawing): string {
  const isRoot = new Set(roots);
  return [
    "digraph bazel {",
    "  rankdir=TB;",
    '  node [shape=ellipse, fontname="sans-serif"];',
    ...nodes.map(({ label, kind }) => {
      const shape = kind === "external" ? "box" : kind === "file" ? "note" : undefined;
      const style = [
        ["label", `${label}\n${kind}`] as const,
        ...(shape === undefined ? [] : [["shape", shape] as const]),
        ...(isRoot.has(label) ? [["style", "bold"] as const] : []),
      ];
      return `  ${dotText(label)} [${dotAttributes(style)}];`;
    }),
    ...edges.map(({ from, to }) => `  ${dotText(from)} -> ${dotText(to)};`),
    "}",
  ].join("\n");
}

/** As a Mermaid flowchart: files are flags, other repositories hexagons, roots have thick borders. */
export function drawMermaid({ nodes, edges, roots }: Drawing): string {
  // A label has letters that no id may have.
  const ids = new Map(nodes.map(({ label }, index) => [label, `n${index}`]));
  const id = (label: string) => ids.get(label) ?? label;
  return [
    "flowchart TD",
    ...nodes.map(({ label, kind }) => {
      const text = mermaidText(`${label} ${kind}`);
      const shape = kind === "external" ? `{{${text}}}` : kind === "file" ? `>${text}]` : `[${text}]`;
      return `  ${id(label)}${shape}`;
    }),
    ...edges.map(({ from, to }) => `  ${id(from)} --> ${id(to)}`),
    ...(roots.length === 0
      ? []
      : ["  classDef root stroke-width:3px", `  class ${roots.map(id).join(",")} root`]),
  ].join("\n");
}

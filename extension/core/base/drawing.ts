/** Attributes of a node or an edge in Graphviz's DOT language: `label="a", style="bold"`. */
export function dotAttributes(pairs: readonly (readonly [name: string, value: string])[]): string {
  return pairs.map(([name, value]) => `${name}=${dotText(value)}`).join(", ");
}

/** A DOT string, where a line break is written as \n. */
export function dotText(text: string): string {
  return `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n")}"`;
}

/** A Mermaid string, which has no escapes but its entity codes. */
export function mermaidText(text: string): string {
  return `"${text.replaceAll("#", "#35;").replaceAll('"', "#quot;").replaceAll("<", "#lt;")}"`;
}

import { coversPackage, type TargetPattern } from "../workspace/pattern.ts";
import { compareTexts } from "../workspace/workspace.ts";
import { type BazelGraph, hasLabel, type Neighbours, resolveLabel } from "./graph.ts";

/** The labels that a pattern of this workspace means, sorted: its rules; of one name also a file that rules depend on. */
export function selectLabels(graph: BazelGraph, pattern: TargetPattern): readonly string[] {
  if (pattern.name !== undefined) {
    const label = `//${pattern.folder}:${pattern.name}`;
    return hasLabel(graph, label) ? [resolveLabel(graph, label)] : [];
  }
  return [...graph.rules.keys()].filter((label) => means(pattern, label)).sort(compareTexts);
}

function means(pattern: TargetPattern, label: string): boolean {
  return label.startsWith("//") && coversPackage(pattern, label.slice(0, label.indexOf(":")));
}

/**
 * Of the labels those that are not below another of them, so that the trees of these show all; of a cycle that nothing
 * else leads to, the first by label.
 */
export function topsOf(labels: readonly string[], below: Neighbours): readonly string[] {
  const led = new Set<string>();
  for (const label of reach(labels, below)) for (const next of below(label)) led.add(next);
  const tops = labels.filter((label) => !led.has(label));
  const shown = new Set(reach(tops, below));
  for (const label of labels) {
    if (shown.has(label)) continue;
    tops.push(label);
    for (const next of reach([label], below)) shown.add(next);
  }
  return tops.sort(compareTexts);
}

/** The labels and all below them, nearest first; no more than `depth` edges away. */
export function reach(
  labels: readonly string[],
  below: Neighbours,
  depth = Number.POSITIVE_INFINITY,
): readonly string[] {
  const seen = new Set(labels);
  let ring: readonly string[] = labels;
  for (let step = 0; step < depth && ring.length > 0; step += 1) {
    const next: string[] = [];
    for (const label of ring) {
      for (const other of below(label)) {
        if (seen.has(other)) continue;
        seen.add(other);
        next.push(other);
      }
    }
    ring = next;
  }
  return [...seen];
}

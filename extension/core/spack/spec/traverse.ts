import type { DependencyType } from "../lockfile/lockfile.ts";
import type { Spec, SpecDependency } from "./spec.ts";

/** An edge together with the spec that it starts from. */
export interface TracedEdge {
  readonly parent: Spec;
  readonly edge: SpecDependency;
}

/** All edges below `spec`, each once, breadth first; with `types`, those alone that are of one of them or of any. */
export function edgesBelow(spec: Spec, types?: readonly DependencyType[]): readonly TracedEdge[] {
  const found: TracedEdge[] = [];
  const seen = new Set([spec]);
  const queue = [spec];
  for (const parent of queue) {
    for (const edge of parent.dependencies) {
      if (types !== undefined && !hasType(edge, types)) continue;
      found.push({ parent, edge });
      if (seen.has(edge.spec)) continue;
      seen.add(edge.spec);
      queue.push(edge.spec);
    }
  }
  return found;
}

/** `spec` and all that it depends on, each once. */
export function specsOf(spec: Spec): readonly Spec[] {
  return [...new Set([spec, ...edgesBelow(spec).map(({ edge }) => edge.spec)])];
}

/** Whether the edge is of one of the kinds; an edge without kinds is of any. */
export function hasType({ types }: SpecDependency, wanted: readonly DependencyType[]): boolean {
  return types.length === 0 || types.some((type) => wanted.includes(type));
}

import type { DependencyType } from "../lockfile/lockfile.ts";
import type { SpecDependency } from "./spec.ts";

/** Spack's weights of the kinds of dependency, which order edges to one package. */
const weights: Readonly<Record<DependencyType, number>> = { link: 1, run: 2, build: 4, test: 8 };
const linkAndRun = weights.link | weights.run;

/** The kinds in Spack's order. */
export const dependencyTypes: readonly DependencyType[] = ["build", "link", "run", "test"];

export function typeWeight(types: readonly DependencyType[]): number {
  return types.reduce((sum, type) => sum | weights[type], 0);
}

/** `types` without repetition, in Spack's order. */
export function orderedTypes(types: Iterable<DependencyType>): readonly DependencyType[] {
  const wanted = new Set(types);
  return dependencyTypes.filter((type) => wanted.has(type));
}

/** Whether a package may depend on two different builds of one package with these kinds. */
export function areCompatibleTypes(a: readonly DependencyType[], b: readonly DependencyType[]): boolean {
  const [x, y] = [typeWeight(a), typeWeight(b)];
  return (x & y) === 0 && !((x & linkAndRun) !== 0 && (y & linkAndRun) !== 0);
}

/**
 * Adds an edge where Spack keeps it: packages in the order in which they were first named, edges to one package by the
 * weight of their kinds.
 */
export function insertEdge(edges: SpecDependency[], edge: SpecDependency): void {
  const weight = typeWeight(edge.types);
  let end = -1;
  let at = -1;
  for (const [index, other] of edges.entries()) {
    if (other.spec.name !== edge.spec.name) continue;
    end = index + 1;
    if (at < 0 && typeWeight(other.types) > weight) at = index;
  }
  edges.splice(at >= 0 ? at : end >= 0 ? end : edges.length, 0, edge);
}

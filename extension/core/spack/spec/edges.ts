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

/** Edges by the name of the dependency, as Spack keeps them. */
export type EdgeMap = Map<string, SpecDependency[]>;

export function edgeMap(edges: readonly SpecDependency[]): EdgeMap {
  const map: EdgeMap = new Map();
  for (const edge of edges) {
    const others = map.get(edge.spec.name);
    if (others === undefined) map.set(edge.spec.name, [edge]);
    else others.push(edge);
  }
  return map;
}

/** All edges: packages in the order in which they were first named. */
export function edgeList(map: EdgeMap): readonly SpecDependency[] {
  return [...map.values()].flat();
}

/** Adds an edge where Spack keeps it: edges to one package by the weight of their kinds. */
export function insertEdge(map: EdgeMap, edge: SpecDependency): void {
  const others = map.get(edge.spec.name);
  if (others === undefined) {
    map.set(edge.spec.name, [edge]);
    return;
  }
  const weight = typeWeight(edge.types);
  let at = others.length;
  while (at > 0 && typeWeight(others[at - 1]?.types ?? []) > weight) at -= 1;
  others.splice(at, 0, edge);
}

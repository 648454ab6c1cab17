import type { LockDependency, LockNode } from "../../lockfile/lockfile.ts";
import type { RecipeWorld } from "./world.ts";

/**
 * The dependency that `spec["name"]` means to a recipe (Spack 1.1): itself, one that is needed directly for building, else
 * the nearest at run time; by its own name or that of a virtual package it provides.
 */
export function findDependency(world: RecipeWorld, node: LockNode, name: string): LockNode | undefined {
  if (node.name === name) return node;
  const named = (edge: LockDependency) => edge.name === name || edge.virtuals.includes(name);
  const direct = node.dependencies.find((edge) => hasType(edge, "build", "test") && named(edge));
  if (direct !== undefined) return world.node(direct.hash);
  const queue = [node];
  const seen = new Set([node.hash]);
  for (let at = 0; at < queue.length; at += 1) {
    for (const edge of runtimeEdges(queue[at])) {
      if (named(edge)) return world.node(edge.hash);
      const child = seen.has(edge.hash) ? undefined : world.node(edge.hash);
      seen.add(edge.hash);
      if (child !== undefined) queue.push(child);
    }
  }
  return undefined;
}

function runtimeEdges(node: LockNode | undefined): readonly LockDependency[] {
  return (node?.dependencies ?? [])
    .filter((edge) => hasType(edge, "link", "run"))
    .toSorted((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}

function hasType({ types }: LockDependency, ...wanted: readonly LockDependency["types"][number][]): boolean {
  return wanted.some((type) => types.includes(type));
}

import { hasType, nodeOf } from "../lockfile/closure.ts";
import type { DependencyType, Lockfile, LockNode, SpecHash } from "../lockfile/lockfile.ts";
import { siblings } from "./spec-order.ts";

/**
 * What is reachable along edges of `types`, dependents before dependencies and otherwise breadth first: Spack's order,
 * which decides between packages that are alike.
 */
export function topological(
  lock: Lockfile,
  roots: readonly SpecHash[],
  types: readonly DependencyType[],
): readonly LockNode[] {
  const children = new Map<SpecHash, readonly SpecHash[]>();
  const waiting = new Map<SpecHash, number>();
  const reach = (hashes: readonly SpecHash[]) => {
    for (const hash of hashes) waiting.set(hash, (waiting.get(hash) ?? 0) + 1);
  };
  reach(roots);
  // A Map is walked in order of insertion, also what is inserted meanwhile.
  for (const [hash] of waiting) {
    const below = siblings(nodeOf(lock, hash)).filter((dependency) => hasType(dependency, types));
    children.set(
      hash,
      below.map((dependency) => dependency.hash),
    );
    reach(children.get(hash) ?? []);
  }
  const ordered: LockNode[] = [];
  const take = (hashes: readonly SpecHash[]) => {
    for (const hash of hashes) {
      const left = (waiting.get(hash) ?? 0) - 1;
      waiting.set(hash, left);
      if (left === 0) ordered.push(nodeOf(lock, hash));
    }
  };
  take(roots);
  for (const node of ordered) take(children.get(node.hash) ?? []);
  return ordered;
}

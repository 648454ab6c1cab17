import { dependents, hasType, nodeOf, rootHashes } from "../lockfile/closure.ts";
import type { DependencyType, LockDependency, Lockfile, LockNode, SpecHash } from "../lockfile/lockfile.ts";
import { byNameThenHash } from "./graph.ts";

export interface Step {
  readonly node: LockNode;
  /** The edge from the step before; undefined for the root. */
  readonly by: LockDependency | undefined;
}

/** Why a package is there: for each root that needs it, one shortest way; and who depends on it directly. */
export interface Why {
  readonly node: LockNode;
  /** The user specs that are this very node; those of included environments too. */
  readonly specs: readonly string[];
  /** Along edges of the types asked for. */
  readonly dependents: readonly { readonly node: LockNode; readonly dependency: LockDependency }[];
  readonly paths: readonly (readonly Step[])[];
}

/**
 * One breadth-first walk upwards from the package finds a shortest way for every root.
 */
export function why(lock: Lockfile, target: SpecHash, types: readonly DependencyType[]): Why {
  const above = dependents(lock);
  const next = new Map<SpecHash, { readonly hash: SpecHash; readonly by: LockDependency }>();
  const seen = new Set([target]);
  let ring: SpecHash[] = [target];
  while (ring.length > 0) {
    const up: SpecHash[] = [];
    for (const hash of ring) {
      for (const { node, dependency } of above.get(hash) ?? []) {
        if (seen.has(node.hash) || !hasType(dependency, types)) continue;
        seen.add(node.hash);
        next.set(node.hash, { hash, by: dependency });
        up.push(node.hash);
      }
    }
    ring = up;
  }
  const userSpecs = [...lock.roots, ...lock.includes.flatMap(({ roots }) => roots)];
  const direct = (above.get(target) ?? []).filter(({ dependency }) => hasType(dependency, types));
  return {
    node: nodeOf(lock, target),
    specs: [...new Set(userSpecs.filter(({ hash }) => hash === target).map(({ spec }) => spec))],
    dependents: direct.sort((a, b) => byNameThenHash(a.node, b.node)),
    paths: rootHashes(lock)
      .filter((hash) => hash !== target && seen.has(hash))
      .map((hash) => wayDown(lock, hash, next))
      .sort((a, b) => a.length - b.length || byFirst(a, b)),
  };
}

function wayDown(
  lock: Lockfile,
  root: SpecHash,
  next: ReadonlyMap<SpecHash, { readonly hash: SpecHash; readonly by: LockDependency }>,
): readonly Step[] {
  const steps: Step[] = [{ node: nodeOf(lock, root), by: undefined }];
  for (let step = next.get(root); step !== undefined; step = next.get(step.hash)) {
    steps.push({ node: nodeOf(lock, step.hash), by: step.by });
  }
  return steps;
}

function byFirst(a: readonly Step[], b: readonly Step[]): number {
  const [first] = a;
  const [other] = b;
  return first === undefined || other === undefined ? 0 : byNameThenHash(first.node, other.node);
}

import type { DependencyType, LockDependency, Lockfile, LockNode, SpecHash } from "./lockfile.ts";

/** The node with this hash, which a read lock always has for its own edges and roots. Throws RangeError for another. */
export function nodeOf(lock: Lockfile, hash: SpecHash): LockNode {
  const node = lock.nodes.get(hash);
  if (node === undefined) throw new RangeError(`no node ${hash} in the lock`);
  return node;
}

/** All roots, those of included environments too, each hash once. */
export function rootHashes(lock: Lockfile): readonly SpecHash[] {
  return [
    ...new Set([...lock.roots, ...lock.includes.flatMap(({ roots }) => roots)].map(({ hash }) => hash)),
  ];
}

/**
 * Everything reachable from `roots` (themselves too) along edges of one of `types`, breadth first.
 * `depth` bounds the number of edges on the way.
 */
export function closure(
  lock: Lockfile,
  roots: Iterable<SpecHash>,
  types: readonly DependencyType[] = allTypes,
  depth = Number.POSITIVE_INFINITY,
): ReadonlySet<SpecHash> {
  const seen = new Set(roots);
  let ring: readonly SpecHash[] = [...seen];
  for (let level = 0; level < depth && ring.length > 0; level++) {
    const next: SpecHash[] = [];
    for (const hash of ring) {
      for (const dependency of nodeOf(lock, hash).dependencies) {
        if (seen.has(dependency.hash) || !hasType(dependency, types)) continue;
        seen.add(dependency.hash);
        next.push(dependency.hash);
      }
    }
    ring = next;
  }
  return seen;
}

const allTypes: readonly DependencyType[] = ["build", "link", "run", "test"];

/** What is needed where the packages are used, not only where they are built. */
const runtimeTypes: readonly DependencyType[] = ["link", "run"];

export function hasType(dependency: LockDependency, types: readonly DependencyType[]): boolean {
  return dependency.types.some((type) => types.includes(type));
}

/** The nodes that only building needs: no root, and no way leads to them along link and run edges. */
export function buildOnly(lock: Lockfile): ReadonlySet<SpecHash> {
  const used = closure(lock, rootHashes(lock), runtimeTypes);
  return new Set([...lock.nodes.keys()].filter((hash) => !used.has(hash)));
}

export interface Dependent {
  readonly node: LockNode;
  readonly dependency: LockDependency;
}

/** Who depends on each node, directly. Nodes that nobody depends on are absent. */
export function dependents(lock: Lockfile): ReadonlyMap<SpecHash, readonly Dependent[]> {
  const found = new Map<SpecHash, Dependent[]>();
  for (const node of lock.nodes.values()) {
    for (const dependency of node.dependencies) {
      const list = found.get(dependency.hash);
      if (list === undefined) found.set(dependency.hash, [{ node, dependency }]);
      else list.push({ node, dependency });
    }
  }
  return found;
}

/** All nodes, dependencies before those that need them; a cycle, which no solver makes, is cut anywhere. */
export function bottomUp(lock: Lockfile): readonly LockNode[] {
  const ordered: LockNode[] = [];
  const seen = new Set<SpecHash>();
  // Not recursive: a lock from elsewhere may be deeper than the stack.
  const stack: { readonly node: LockNode; next: number }[] = [];
  const enter = (hash: SpecHash) => {
    if (seen.has(hash)) return;
    seen.add(hash);
    stack.push({ node: nodeOf(lock, hash), next: 0 });
  };
  for (const hash of lock.nodes.keys()) {
    enter(hash);
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const dependency = top.node.dependencies[top.next++];
      if (dependency !== undefined) enter(dependency.hash);
      else {
        ordered.push(top.node);
        stack.pop();
      }
    }
  }
  return ordered;
}

import { hasType, nodeOf } from "../lockfile/closure.ts";
import type { DependencyType, LockDependency, Lockfile, LockNode, SpecHash } from "../lockfile/lockfile.ts";

/** One line of a dependency tree. */
export interface TreeLine {
  readonly node: LockNode;
  /** Undefined for a root. */
  readonly edge: LockDependency | undefined;
  /** For each level above whether more siblings follow there, and last whether they do here; empty for a root. */
  readonly more: readonly boolean[];
  /** Its dependencies were shown where it came first. */
  readonly repeated: boolean;
}

export interface TreeOptions {
  readonly roots: readonly SpecHash[];
  readonly types: readonly DependencyType[];
  readonly depth?: number | undefined;
}

/** The tree in the order it is printed; each package's dependencies are shown once. */
export function* treeLines(lock: Lockfile, { roots, types, depth }: TreeOptions): Generator<TreeLine> {
  const shown = new Set<SpecHash>();
  interface Pending {
    readonly hash: SpecHash;
    readonly edge: LockDependency | undefined;
    readonly more: readonly boolean[];
  }
  // Not recursive: a lock from elsewhere may be deeper than the stack.
  const stack: Pending[] = roots.map((hash) => ({ hash, edge: undefined, more: [] })).reverse();
  for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
    const { edge, more } = top;
    const node = nodeOf(lock, top.hash);
    const edges = node.dependencies.filter((dependency) => hasType(dependency, types));
    const repeated = shown.has(node.hash) && edges.length > 0;
    yield { node, edge, more, repeated };
    if (repeated || (depth !== undefined && more.length >= depth)) continue;
    shown.add(node.hash);
    const below = edges.map((dependency, index) => ({
      hash: dependency.hash,
      edge: dependency,
      more: [...more, index < edges.length - 1],
    }));
    stack.push(...below.reverse());
  }
}

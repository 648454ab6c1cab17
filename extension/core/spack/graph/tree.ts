import { type TreeLine as AnyTreeLine, walkTree } from "../../base/tree.ts";
import { hasType, nodeOf } from "../lockfile/closure.ts";
import type { DependencyType, LockDependency, Lockfile, LockNode, SpecHash } from "../lockfile/lockfile.ts";

/** One line of a dependency tree. */
export type TreeLine = AnyTreeLine<LockNode, LockDependency>;

export interface TreeOptions {
  readonly roots: readonly SpecHash[];
  readonly types: readonly DependencyType[];
  readonly depth?: number | undefined;
}

/** The tree in the order it is printed; each package's dependencies are shown once. */
export function treeLines(lock: Lockfile, { roots, types, depth }: TreeOptions): Generator<TreeLine> {
  return walkTree({
    roots: roots.map((hash) => nodeOf(lock, hash)),
    key: ({ hash }) => hash,
    below: ({ dependencies }) =>
      dependencies
        .filter((dependency) => hasType(dependency, types))
        .map((edge) => ({ node: nodeOf(lock, edge.hash), edge })),
    depth,
  });
}

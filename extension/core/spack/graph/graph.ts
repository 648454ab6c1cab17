import { buildOnly, closure, hasType, nodeOf, rootHashes } from "../lockfile/closure.ts";
import type { DependencyType, Lockfile, LockNode, SpecHash } from "../lockfile/lockfile.ts";

export interface GraphNode {
  readonly hash: SpecHash;
  readonly name: string;
  readonly version: string;
  readonly root: boolean;
  readonly external: boolean;
  readonly buildOnly: boolean;
}

export interface GraphEdge {
  readonly from: SpecHash;
  readonly to: SpecHash;
  readonly types: readonly DependencyType[];
  readonly virtuals: readonly string[];
}

/** A part of a lock's graph, ready to be drawn; sorted, so that equal locks give equal drawings. */
export interface DependencyGraph {
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
}

export interface GraphOptions {
  /** Where to begin. */
  readonly roots: readonly SpecHash[];
  /** Which edges count. */
  readonly types: readonly DependencyType[];
  /** How many edges away from a root; all when undefined. */
  readonly depth?: number | undefined;
}

export function dependencyGraph(lock: Lockfile, { roots, types, depth }: GraphOptions): DependencyGraph {
  const members = closure(lock, roots, types, depth);
  const onlyForBuilding = buildOnly(lock);
  const isRoot = new Set(rootHashes(lock));
  const nodes = [...members].map((hash) => nodeOf(lock, hash)).sort(byNameThenHash);
  return {
    nodes: nodes.map((node) => ({
      hash: node.hash,
      name: node.name,
      version: node.version,
      root: isRoot.has(node.hash),
      external: node.external !== undefined,
      buildOnly: onlyForBuilding.has(node.hash),
    })),
    edges: nodes.flatMap((node) =>
      node.dependencies
        .filter((dependency) => members.has(dependency.hash) && hasType(dependency, types))
        .map(({ hash, types: all, virtuals }) => ({ from: node.hash, to: hash, types: all, virtuals })),
    ),
  };
}

/** By name, then version text, then hash: an order that does not depend on the file's. */
export function byNameThenHash(a: LockNode, b: LockNode): number {
  return compare(a.name, b.name) || compare(a.version, b.version) || compare(a.hash, b.hash);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

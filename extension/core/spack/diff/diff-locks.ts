import { bottomUp } from "../lockfile/closure.ts";
import type { Lockfile, LockNode, SpecHash } from "../lockfile/lockfile.ts";
import { type NodeChange, nodeChanges } from "./node-changes.ts";
import { pairNodes } from "./pair-nodes.ts";

/** A package that both locks have, with another hash. */
export interface ChangedNode {
  readonly before: LockNode;
  readonly after: LockNode;
  /** What differs in the package itself; empty when only its dependencies moved. */
  readonly changes: readonly NodeChange[];
  /** The nearest dependencies that are new or changed themselves, and so change this one's hash. */
  readonly because: readonly LockNode[];
}

export interface LockDiff {
  readonly roots: { readonly added: readonly string[]; readonly removed: readonly string[] };
  readonly added: readonly LockNode[];
  readonly removed: readonly LockNode[];
  /** Those that differ themselves. */
  readonly changed: readonly ChangedNode[];
  /** Those that are only built anew because of others. */
  readonly rebuilt: readonly ChangedNode[];
  /** How many nodes both have with one hash. */
  readonly unchanged: number;
}

/** What changed between two locks, and which change makes which package be built anew. */
export function diffLocks(before: Lockfile, after: Lockfile): LockDiff {
  const { same, pairs, added, removed } = pairNodes(before, after);
  const changes = new Map(pairs.map((pair) => [pair.after.hash, nodeChanges(pair.before, pair.after)]));
  const isCause = (hash: SpecHash) => !before.nodes.has(hash) && changes.get(hash)?.length !== 0;
  const causes = nearestCauses(after, isCause);
  const all = pairs.map((pair) => ({
    ...pair,
    changes: changes.get(pair.after.hash) ?? [],
    because: [...(causes.get(pair.after.hash) ?? [])],
  }));
  return {
    roots: {
      added: rootsMissing(after, before),
      removed: rootsMissing(before, after),
    },
    added,
    removed,
    changed: all.filter((node) => node.changes.length > 0),
    rebuilt: all.filter((node) => node.changes.length === 0),
    unchanged: same,
  };
}

function rootsMissing(from: Lockfile, other: Lockfile): readonly string[] {
  const there = new Set(other.roots.map(({ spec }) => spec));
  return [...new Set(from.roots.map(({ spec }) => spec))].filter((spec) => !there.has(spec)).sort();
}

/** For every node the causes among its dependencies, seen through dependencies that are none themselves. */
function nearestCauses(
  lock: Lockfile,
  isCause: (hash: SpecHash) => boolean,
): ReadonlyMap<SpecHash, ReadonlySet<LockNode>> {
  const causes = new Map<SpecHash, Set<LockNode>>();
  for (const node of bottomUp(lock)) {
    const found = new Set<LockNode>();
    for (const { hash } of node.dependencies) {
      const dependency = lock.nodes.get(hash);
      if (dependency !== undefined && isCause(hash)) found.add(dependency);
      else for (const cause of causes.get(hash) ?? []) found.add(cause);
    }
    causes.set(node.hash, found);
  }
  return causes;
}

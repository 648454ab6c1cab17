import type { Lockfile, LockNode } from "../lockfile/lockfile.ts";
import { nodeChanges } from "./node-changes.ts";

export interface PairedNodes {
  /** In both locks with the same hash. */
  readonly same: number;
  /** The same package in both, solved differently. */
  readonly pairs: readonly { readonly before: LockNode; readonly after: LockNode }[];
  readonly added: readonly LockNode[];
  readonly removed: readonly LockNode[];
}

/**
 * Finds for each node of one lock its counterpart in the other: the same hash, else the same name. Where a name is there
 * several times, the most alike are paired first.
 */
export function pairNodes(before: Lockfile, after: Lockfile): PairedNodes {
  const gone = groupByName(before, after);
  const come = groupByName(after, before);
  const pairs: { before: LockNode; after: LockNode }[] = [];
  const added: LockNode[] = [];
  const removed: LockNode[] = [];
  for (const name of [...new Set([...gone.keys(), ...come.keys()])].sort()) {
    const old = gone.get(name) ?? [];
    const fresh = come.get(name) ?? [];
    const matched = matchAlike(old, fresh);
    pairs.push(...matched);
    removed.push(...old.filter((node) => !matched.some((pair) => pair.before === node)));
    added.push(...fresh.filter((node) => !matched.some((pair) => pair.after === node)));
  }
  const same = [...before.nodes.keys()].filter((hash) => after.nodes.has(hash)).length;
  return { same, pairs, added, removed };
}

/** The nodes of `lock` that `other` has not, by name. */
function groupByName(lock: Lockfile, other: Lockfile): Map<string, LockNode[]> {
  const groups = new Map<string, LockNode[]>();
  for (const node of lock.nodes.values()) {
    if (other.nodes.has(node.hash)) continue;
    const group = groups.get(node.name);
    if (group === undefined) groups.set(node.name, [node]);
    else group.push(node);
  }
  return groups;
}

function matchAlike(old: readonly LockNode[], fresh: readonly LockNode[]): PairedNodes["pairs"] {
  const [before] = old;
  const [after] = fresh;
  if (old.length === 1 && fresh.length === 1 && before && after) return [{ before, after }];
  const candidates = old
    .flatMap((before) =>
      fresh.map((after) => ({ before, after, distance: nodeChanges(before, after).length })),
    )
    .sort((a, b) => a.distance - b.distance || (a.after.hash < b.after.hash ? -1 : 1));
  const taken = new Set<LockNode>();
  return candidates.filter(({ before, after }) => {
    if (taken.has(before) || taken.has(after)) return false;
    taken.add(before).add(after);
    return true;
  });
}

import type { Neighbours } from "./graph.ts";
import { reach } from "./select.ts";

/** A shortest way from any of `from` down to any of `to`; of several the first by labels. Undefined when there is none. */
export function shortestPath(
  from: readonly string[],
  to: readonly string[],
  below: Neighbours,
): readonly string[] | undefined {
  const goals = new Set(to);
  const cameFrom = new Map<string, string | undefined>(from.map((label) => [label, undefined]));
  let ring: readonly string[] = from;
  while (ring.length > 0) {
    const goal = ring.find((label) => goals.has(label));
    if (goal !== undefined) return wayTo(goal, cameFrom);
    const next: string[] = [];
    for (const label of ring) {
      for (const other of below(label)) {
        if (cameFrom.has(other)) continue;
        cameFrom.set(other, label);
        next.push(other);
      }
    }
    ring = next;
  }
  return undefined;
}

function wayTo(goal: string, cameFrom: ReadonlyMap<string, string | undefined>): readonly string[] {
  const way: string[] = [];
  for (let at: string | undefined = goal; at !== undefined; at = cameFrom.get(at)) way.push(at);
  return way.reverse();
}

/** All labels that are on a way from any of `from` down to any of `to`; none when there is no way. */
export function labelsBetween(
  from: readonly string[],
  to: readonly string[],
  below: Neighbours,
): ReadonlySet<string> {
  const reached = reach(from, below);
  const above = new Map<string, string[]>();
  for (const label of reached) {
    for (const next of below(label)) {
      const known = above.get(next);
      if (known === undefined) above.set(next, [label]);
      else known.push(label);
    }
  }
  const isReached = new Set(reached);
  return new Set(
    reach(
      to.filter((label) => isReached.has(label)),
      (label) => above.get(label) ?? [],
    ),
  );
}

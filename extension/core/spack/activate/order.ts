import type { LockDependency, LockNode, SpecHash } from "../lockfile/lockfile.ts";

/** How an environment uses a package at run time. */
export interface Use {
  readonly hash: SpecHash;
  readonly root: boolean;
  /** Reached by a run edge: its programs belong on PATH. */
  readonly executable: boolean;
}

type Nodes = ReadonlyMap<SpecHash, LockNode>;

interface Edge {
  readonly parent: SpecHash | undefined;
  readonly child: SpecHash;
  readonly types: ReadonlySet<string>;
}

/**
 * The packages that the roots need at run time (link and run edges) and how they are used, roots first: reversed it is the
 * order in which Spack asks the recipes.
 */
export function runtimeUses(nodes: Nodes, roots: readonly SpecHash[]): readonly Use[] {
  const uses = new Map<SpecHash, Use>();
  const ordered = new Set<SpecHash>();
  for (const { parent, child, types } of edgesInOrder(edgesByParent(nodes, roots))) {
    const before = uses.get(child) ?? { hash: child, root: false, executable: false };
    if (parent === undefined) {
      uses.set(child, { ...before, root: true });
      continue;
    }
    uses.set(child, { ...before, executable: before.executable || types.has("run") });
    ordered.add(parent);
  }
  const leaves = [...uses.keys()].filter((hash) => !ordered.has(hash));
  return [...ordered, ...leaves].flatMap((hash) => uses.get(hash) ?? []);
}

/** Who needs each package at run time, among `within`; in the lock's order. */
export function runtimeDependents(
  nodes: Nodes,
  within: ReadonlySet<SpecHash>,
): ReadonlyMap<SpecHash, readonly SpecHash[]> {
  const dependents = new Map<SpecHash, SpecHash[]>();
  for (const node of nodes.values()) {
    if (!within.has(node.hash)) continue;
    for (const { hash } of runtimeEdges(node, nodes)) {
      const known = dependents.get(hash);
      if (known === undefined) dependents.set(hash, [node.hash]);
      else if (known.at(-1) !== node.hash) known.push(node.hash);
    }
  }
  return dependents;
}

/** Breadth first: a parent's edges are listed where it is first met. */
function edgesByParent(nodes: Nodes, roots: readonly SpecHash[]): Map<SpecHash | undefined, Edge[]> {
  const first = roots.map((child) => ({ parent: undefined, child, types: new Set<string>() }));
  const byParent = new Map<SpecHash | undefined, Edge[]>([[undefined, first]]);
  const queue = [...roots];
  for (let at = 0; at < queue.length; at += 1) {
    const parent = queue[at];
    const node = parent === undefined ? undefined : nodes.get(parent);
    if (parent === undefined || node === undefined || byParent.has(parent)) continue;
    const edges = runtimeEdges(node, nodes).map(({ hash, types }) => ({
      parent,
      child: hash,
      types: new Set(types),
    }));
    byParent.set(parent, edges);
    queue.push(...edges.map(({ child }) => child));
  }
  return byParent;
}

/** A parent's edges come when all edges to it have come. */
function edgesInOrder(byParent: ReadonlyMap<SpecHash | undefined, readonly Edge[]>): readonly Edge[] {
  const remaining = new Map<SpecHash, number>();
  for (const { child } of [...byParent.values()].flat())
    remaining.set(child, (remaining.get(child) ?? 0) + 1);
  const queue: (SpecHash | undefined)[] = [undefined];
  const ordered: Edge[] = [];
  for (let at = 0; at < queue.length; at += 1) {
    for (const edge of byParent.get(queue[at]) ?? []) {
      ordered.push(edge);
      const left = (remaining.get(edge.child) ?? 0) - 1;
      remaining.set(edge.child, left);
      if (left === 0) queue.push(edge.child);
    }
  }
  return ordered;
}

function runtimeEdges(node: LockNode, nodes: Nodes): readonly LockDependency[] {
  return node.dependencies
    .filter(({ hash, types }) => nodes.has(hash) && (types.includes("link") || types.includes("run")))
    .toSorted((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}

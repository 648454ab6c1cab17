import { nodeOf } from "../lockfile/closure.ts";
import type {
  DependencyType,
  LockDependency,
  Lockfile,
  LockNode,
  VariantValue,
} from "../lockfile/lockfile.ts";
import { compareLists, compareText, compareVersions } from "./version-order.ts";

/**
 * Spack's order of concrete specs, by which a view lists its packages: by the node itself (name, namespace, version,
 * variants, flags, architecture, recipe), then by the nodes below it, breadth first and siblings by name, then by edges.
 */
export function compareNodes(a: LockNode, b: LockNode, lock: Lockfile): number {
  if (a === b) return 0;
  const own = compareOwn(a, b);
  if (own !== 0) return own;
  const [left, right] = [spread(a, lock), spread(b, lock)];
  return (
    compareLists(left.nodes, right.nodes, compareOwn) || compareLists(left.edges, right.edges, compareEdges)
  );
}

function compareOwn(a: LockNode, b: LockNode): number {
  return (
    compareText(a.name, b.name) ||
    compareText(a.namespace, b.namespace) ||
    compareVersions(a.version, b.version) ||
    compareLists(sorted(a.variants), sorted(b.variants), compareVariants) ||
    compareLists(flags(a), flags(b), compareFlags) ||
    compareText(a.platform, b.platform) ||
    compareText(a.os, b.os) ||
    compareText(a.target, b.target) ||
    compareText(a.packageHash ?? "", b.packageHash ?? "")
  );
}

function sorted<T>(record: Readonly<Record<string, T>>): readonly (readonly [string, T])[] {
  return Object.entries(record).sort(([a], [b]) => compareText(a, b));
}

function compareVariants(
  [nameA, a]: readonly [string, VariantValue],
  [nameB, b]: readonly [string, VariantValue],
): number {
  return compareText(nameA, nameB) || compareLists(values(a), values(b), compareText);
}

/** As Python prints them. */
function values(value: VariantValue): readonly string[] {
  if (typeof value === "boolean") return [value ? "True" : "False"];
  return typeof value === "string" ? [value] : value;
}

const flagNames = ["cflags", "cppflags", "cxxflags", "fflags", "ldflags", "ldlibs"];

/** A concrete spec has all kinds of flags, most of them empty. */
function flags(node: LockNode): readonly (readonly string[])[] {
  return flagNames.map((name) => node.flags[name] ?? []);
}

function compareFlags(a: readonly string[], b: readonly string[]): number {
  return compareLists(a, b, compareText);
}

interface Edge {
  readonly parent: number;
  readonly child: number;
  readonly types: number;
  readonly virtuals: readonly string[];
  readonly direct: boolean;
}

function spread(root: LockNode, lock: Lockfile): { nodes: readonly LockNode[]; edges: readonly Edge[] } {
  const numbers = new Map([[root.hash, 0]]);
  const nodes: LockNode[] = [];
  const edges: Edge[] = [];
  const expanded = new Set<string>();
  const queue = [root];
  for (let parent = queue.shift(); parent !== undefined; parent = queue.shift()) {
    if (expanded.has(parent.hash)) continue;
    expanded.add(parent.hash);
    for (const dependency of siblings(parent)) {
      const child = nodeOf(lock, dependency.hash);
      if (!numbers.has(child.hash)) {
        numbers.set(child.hash, numbers.size);
        nodes.push(child);
      }
      const { virtuals, direct } = dependency;
      const [from, to] = [numbers.get(parent.hash) ?? 0, numbers.get(child.hash) ?? 0];
      edges.push({ parent: from, child: to, types: typeBits(dependency), virtuals, direct });
      queue.push(child);
    }
  }
  return { nodes, edges };
}

/** A node's dependencies as Spack walks them. */
export function siblings(node: LockNode): readonly LockDependency[] {
  return [...node.dependencies].sort(
    (a, b) =>
      compareText(a.name, b.name) ||
      typeBits(a) - typeBits(b) ||
      compareLists(a.virtuals, b.virtuals, compareText) ||
      Number(a.direct) - Number(b.direct),
  );
}

const bits: Readonly<Record<DependencyType, number>> = { link: 1, run: 2, build: 4, test: 8 };

function typeBits({ types }: LockDependency): number {
  return types.reduce((sum, type) => sum | bits[type], 0);
}

function compareEdges(a: Edge, b: Edge): number {
  return (
    a.parent - b.parent ||
    a.child - b.child ||
    a.types - b.types ||
    compareLists(a.virtuals, b.virtuals, compareText) ||
    Number(a.direct) - Number(b.direct)
  );
}

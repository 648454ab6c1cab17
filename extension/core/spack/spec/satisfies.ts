import { architectureSatisfies } from "./architecture.ts";
import { typeWeight } from "./edges.ts";
import { findDependency } from "./find-dependency.ts";
import { flagsSatisfy } from "./flags.ts";
import { intersects } from "./intersects.ts";
import { edgeSetKey } from "./same-spec.ts";
import type { Spec, SpecDependency } from "./spec.ts";
import { edgesBelow, hasType, type TracedEdge } from "./traverse.ts";
import { variantsSatisfy } from "./variants-satisfy.ts";
import { versionsSatisfy } from "./version-list.ts";

/**
 * Whether all that `spec` stands for is among what `constraint` allows, as Spack's Spec.satisfies says without recipes. A
 * name is known to be a virtual package's where an edge of `spec` says so; what the package that stands in for it provides
 * is then taken on trust.
 */
export function satisfies(spec: Spec, constraint: Spec): boolean {
  if (constraint.concrete !== undefined) return spec.concrete?.hash === constraint.concrete.hash;
  if (standsIn(spec, constraint)) return true;
  if (!nodeSatisfies(spec, constraint)) return false;
  if (constraint.dependencies.length === 0) return true;
  const reach = reachable(spec);
  return edgesBelow(constraint).every((traced) => {
    if (!mayApply(spec, traced)) return true;
    return traced.edge.direct ? hasDirect(spec, traced) : hasBelow(reach, traced.edge);
  });
}

/** Whether a constraint on a virtual package is met by a package that is used as one. */
function standsIn({ name, concrete }: Spec, constraint: Spec): boolean {
  if (concrete === undefined || name === constraint.name) return false;
  return concrete.provides.includes(constraint.name) && concrete.hash.startsWith(constraint.hash ?? "");
}

/** `satisfies` without a look at the dependencies. */
function nodeSatisfies(spec: Spec, constraint: Spec): boolean {
  if (constraint.hash) {
    const hash = spec.concrete?.hash ?? spec.hash;
    if (!hash?.startsWith(constraint.hash)) return false;
  }
  if (spec.name !== constraint.name && spec.name && constraint.name) return false;
  const [ours, theirs] = [spec.namespace, constraint.namespace];
  if (ours !== undefined && theirs !== undefined && ours !== theirs) return false;
  if (!versionsSatisfy(spec.versions, constraint.versions)) return false;
  if (!variantsSatisfy(spec, constraint)) return false;
  if (constraint.architecture !== undefined) {
    if (spec.architecture === undefined) return false;
    if (!architectureSatisfies(spec.architecture, constraint.architecture)) return false;
  }
  return flagsSatisfy(spec.flags, constraint.flags);
}

/** Whether the condition of an edge can hold in `spec`. */
function mayApply(spec: Spec, { parent, edge }: TracedEdge): boolean {
  const owner = !parent.name || parent.name === spec.name ? spec : findDependency(spec, parent.name);
  return owner === undefined || intersects(owner, edge.when);
}

/** Whether the package that `%` belongs to has such a dependency itself. */
function hasDirect(spec: Spec, { parent, edge }: TracedEdge): boolean {
  const own = !parent.name || parent.name === edge.spec.name;
  const node = own ? spec : findDependency(spec, parent.name);
  if (node === undefined) return false;
  if (node.concrete !== undefined && hasNoCompilerEdge(node))
    return node.concrete.compiler !== undefined && satisfies(node.concrete.compiler, edge.spec);
  const weight = typeWeight(edge.types);
  return node.dependencies.some((candidate) => {
    const named = !edge.spec.name || candidate.spec.name === edge.spec.name;
    const virtual = !named && candidate.virtuals.includes(edge.spec.name);
    if (!named && !virtual) return false;
    if (edge.virtuals.length > 0 && !edge.virtuals.some((name) => candidate.virtuals.includes(name)))
      return false;
    if ((typeWeight(candidate.types) & weight) !== weight) return false;
    return satisfies(edge.when, candidate.when) && (virtual || satisfies(candidate.spec, edge.spec));
  });
}

function hasNoCompilerEdge({ concrete, dependencies }: Spec): boolean {
  return concrete?.compiler !== undefined || (concrete?.external === true && dependencies.length === 0);
}

type Reach = () => ReadonlyMap<string, readonly SpecDependency[]>;

/** What a `^` can mean: all that is linked or run below, and what the package itself needs to build; by name and virtual. */
function reachable(spec: Spec): Reach {
  let found: Map<string, SpecDependency[]> | undefined;
  return () => {
    if (found !== undefined) return found;
    found = new Map();
    for (const edge of reachableEdges(spec)) {
      for (const name of new Set([edge.spec.name, ...edge.virtuals])) {
        const edges = found.get(name);
        if (edges === undefined) found.set(name, [edge]);
        else edges.push(edge);
      }
    }
    return found;
  };
}

function reachableEdges(spec: Spec): Iterable<SpecDependency> {
  const build = spec.dependencies.filter((edge) => hasType(edge, ["build"]));
  const all = [...edgesBelow(spec, ["link", "run"]), ...build.map((edge) => ({ parent: spec, edge }))];
  if (spec.concrete !== undefined) return new Set(all.map(({ edge }) => edge));
  // Of ^+x and ^~x Spack sees the first alone.
  const seen = new Map<string, SpecDependency>();
  for (const { parent, edge } of all) {
    const key = edgeSetKey(parent, edge);
    if (!seen.has(key)) seen.set(key, edge);
  }
  return seen.values();
}

function hasBelow(reach: Reach, { spec, virtuals, when }: SpecDependency): boolean {
  const edges = spec.name
    ? (reach().get(spec.name) ?? []).filter((edge) => satisfies(when, edge.when))
    : [...reach().values()].flat();
  if (edges.length === 0) return false;
  if (!virtuals.every((name) => edges.some((edge) => edge.virtuals.includes(name)))) return false;
  return edges.some((edge) => {
    const virtual = spec.name !== "" && edge.spec.name !== spec.name && edge.virtuals.includes(spec.name);
    return virtual || nodeSatisfies(edge.spec, spec);
  });
}

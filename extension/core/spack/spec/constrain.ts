import { constrainArchitecture } from "./architecture.ts";
import { edgeList, edgeMap, insertEdge, orderedTypes } from "./edges.ts";
import { constrainFlags } from "./flags.ts";
import { formatSpec } from "./format-spec.ts";
import { dependenciesIntersect } from "./intersects.ts";
import { sameSpec } from "./same-spec.ts";
import { satisfies } from "./satisfies.ts";
import { fullName, type Spec, type SpecDependency } from "./spec.ts";
import { UnsatisfiableSpecError } from "./spec-errors.ts";
import { sortedSet } from "./text-order.ts";
import { edgesBelow } from "./traverse.ts";
import { constrainVariant, formatVariant, type Variant } from "./variant.ts";
import { formatVersionList, versionsIntersect, versionsIntersection } from "./version-list.ts";

/**
 * What meets both specs, as Spack's Spec.constrain makes it where no name is a virtual package's. Throws
 * UnsatisfiableSpecError.
 */
export function constrain(spec: Spec, other: Spec): Spec {
  if (spec.concrete !== undefined) {
    if (satisfies(spec, other)) return spec;
    throw conflict(spec, other, "the first is settled and does not meet the second");
  }
  if (other.concrete !== undefined && satisfies(other, spec)) return other;
  return {
    hash: constrainHash(spec, other),
    name: constrainName(spec, other),
    namespace: spec.namespace || other.namespace,
    versions: constrainVersions(spec, other),
    variants: constrainVariants(spec, other),
    architecture: constrainArchitectures(spec, other),
    flags: constrainFlags(spec.flags, other.flags),
    dependencies: constrainDependencies(spec, other),
    concrete: undefined,
  };
}

function constrainHash(spec: Spec, other: Spec): string | undefined {
  if (other.hash === undefined) return spec.hash;
  if (spec.hash === undefined || other.hash.startsWith(spec.hash)) return other.hash;
  if (spec.hash.startsWith(other.hash)) return spec.hash;
  throw conflict(spec, other, `no hash starts with ${spec.hash} and with ${other.hash}`);
}

function constrainName(spec: Spec, other: Spec): string {
  if (spec.name !== other.name && spec.name && other.name)
    throw conflict(spec, other, `${spec.name} is not ${other.name}`);
  if (spec.namespace !== undefined && other.namespace !== undefined && spec.namespace !== other.namespace)
    throw conflict(spec, other, `${fullName(spec)} is not ${fullName(other)}`);
  return spec.name || other.name;
}

function constrainVersions(spec: Spec, other: Spec): Spec["versions"] {
  if (!versionsIntersect(spec.versions, other.versions)) {
    const [a, b] = [formatVersionList(spec.versions), formatVersionList(other.versions)];
    throw conflict(spec, other, `no version is in ${a} and in ${b}`);
  }
  return versionsIntersection(spec.versions, other.versions);
}

function constrainVariants(spec: Spec, other: Spec): ReadonlyMap<string, Variant> {
  if (other.variants.size === 0) return spec.variants;
  const variants = new Map(spec.variants);
  for (const [name, theirs] of other.variants) {
    const ours = variants.get(name);
    const both = ours === undefined ? theirs : constrainVariant(ours, theirs);
    if (both === undefined)
      throw conflict(spec, other, `${ours && formatVariant(ours)} is not ${formatVariant(theirs)}`);
    variants.set(name, both);
  }
  return variants;
}

function constrainArchitectures(spec: Spec, other: Spec): Spec["architecture"] {
  const [ours, theirs] = [spec.architecture, other.architecture];
  if (ours === undefined || theirs === undefined) return ours ?? theirs;
  const both = constrainArchitecture(ours, theirs);
  if (both === undefined) throw conflict(spec, other, "no machine is of both architectures");
  return both;
}

/** A dependency that both have under one condition is constrained; the others are added. */
function constrainDependencies(spec: Spec, other: Spec): readonly SpecDependency[] {
  if (other.dependencies.length === 0) return spec.dependencies;
  if (!dependenciesIntersect(other, spec))
    throw conflict(spec, other, "their dependencies exclude each other");
  if (edgesBelow(other).some(({ edge }) => edge.spec.name === ""))
    throw conflict(spec, other, "a dependency without a name cannot be added to others");
  const edges = edgeMap(spec.dependencies);
  for (const edge of other.dependencies) {
    const named = edges.get(edge.spec.name) ?? [];
    const at = named.findIndex(({ when }) => sameSpec(when, edge.when));
    const ours = named[at];
    if (ours === undefined) insertEdge(edges, edge);
    else named[at] = constrainEdge(ours, edge);
  }
  return edgeList(edges);
}

function constrainEdge(ours: SpecDependency, theirs: SpecDependency): SpecDependency {
  return {
    ...ours,
    spec: constrain(ours.spec, theirs.spec),
    types: orderedTypes([...ours.types, ...theirs.types]),
    virtuals: sortedSet([...ours.virtuals, ...theirs.virtuals]),
    direct: ours.direct || theirs.direct,
  };
}

function conflict(spec: Spec, other: Spec, why: string): UnsatisfiableSpecError {
  return new UnsatisfiableSpecError(formatSpec(spec), formatSpec(other), why);
}

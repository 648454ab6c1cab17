import { architectureKey } from "./architecture.ts";
import { typeWeight } from "./edges.ts";
import { flagsKey } from "./flags.ts";
import { emptySpec, type Spec, type SpecDependency } from "./spec.ts";
import { compareText } from "./text-order.ts";
import { variantKey } from "./variant.ts";
import { isAnyVersion, versionListKey } from "./version-list.ts";

/** Whether Spack holds the two equal. Namespaces count; whether a compiler is propagated (`%%`) does not. */
export function sameSpec(a: Spec, b: Spec): boolean {
  if (a === b) return true;
  if (a.name !== b.name || a.dependencies.length !== b.dependencies.length) return false;
  return specKey(a) === specKey(b);
}

/** A string that two specs share exactly when `sameSpec` holds: for sets of specs. */
export function specKey(spec: Spec): string {
  if (spec.concrete !== undefined) return `/${spec.concrete.hash}`;
  if (spec.dependencies.length === 0) return nodeKey(spec);
  const nodes = [nodeKey(spec)];
  const edges: string[] = [];
  const queue = [{ spec, id: 0 }];
  for (const { spec: parent, id } of queue) {
    for (const edge of orderedEdges(parent)) {
      const child = nodes.length;
      nodes.push(nodeKey(edge.spec));
      edges.push(JSON.stringify([id, child, ...edgeKey(edge)]));
      if (edge.spec.concrete === undefined) queue.push({ spec: edge.spec, id: child });
    }
  }
  return `${nodes.join("\n")}\n\n${edges.join("\n")}`;
}

/** Whether the spec asks for nothing. */
export function isEmptySpec(spec: Spec): boolean {
  return spec === emptySpec || (spec.dependencies.length === 0 && nodeKey(spec) === nodeKey(emptySpec));
}

function nodeKey(spec: Spec): string {
  if (spec.concrete !== undefined) return `/${spec.concrete.hash}`;
  const variants = [...spec.variants.values()].sort((a, b) => compareText(a.name, b.name));
  return JSON.stringify([
    spec.name,
    spec.namespace ?? null,
    isAnyVersion(spec.versions) ? "" : versionListKey(spec.versions),
    variants.map(variantKey),
    flagsKey(spec.flags),
    architectureKey(spec.architecture),
    spec.hash ?? null,
  ]);
}

/** Equal for edges of which Spack keeps one alone in a set: it takes no notice of what the dependency is, but for its name. */
export function edgeSetKey(parent: Spec, edge: SpecDependency): string {
  return JSON.stringify([parent.name, edge.spec.name, ...edgeKey(edge), edge.propagate]);
}

function edgeKey(edge: SpecDependency): readonly (string | number | boolean | readonly string[])[] {
  return [typeWeight(edge.types), edge.virtuals, edge.direct, specKey(edge.when)];
}

/** Spack orders edges by the dependency's name and hash, then by what the edge says; what the dependency says is no part of it. */
function orderedEdges({ dependencies }: Spec): readonly SpecDependency[] {
  if (dependencies.length < 2) return dependencies;
  const keyed = dependencies.map((edge) => ({
    edge,
    rest: JSON.stringify([...edgeKey(edge), edge.propagate]),
  }));
  keyed.sort(
    (a, b) =>
      compareText(a.edge.spec.name, b.edge.spec.name) ||
      compareText(a.edge.spec.hash ?? "", b.edge.spec.hash ?? "") ||
      compareText(a.rest, b.rest),
  );
  return keyed.map(({ edge }) => edge);
}

import { constrain } from "./constrain.ts";
import { areCompatibleTypes, edgeList, insertEdge, typeWeight } from "./edges.ts";
import { formatSpec } from "./format-spec.ts";
import { sameSpec } from "./same-spec.ts";
import type { SpecDependency } from "./spec.ts";
import type { SpecDraft } from "./spec-draft.ts";
import { SpecValueError, UnsatisfiableSpecError } from "./spec-errors.ts";
import { sortedSet } from "./text-order.ts";

/**
 * Adds a dependency that was read. One that is there already under the same condition and with the same kinds is
 * constrained further instead, and stays direct or not as it was. Throws SpecValueError.
 */
export function addDependency(draft: SpecDraft, edge: SpecDependency): void {
  const { name } = edge.spec;
  const named = name === "" ? [] : (draft.edges.get(name) ?? []);
  const weight = typeWeight(edge.types);
  const at = named.findIndex(
    (other) => typeWeight(other.types) === weight && sameSpec(other.when, edge.when),
  );
  const same = named[at];
  if (same !== undefined) {
    named[at] = mergedEdge(same, edge);
    return;
  }
  if (weight !== 0) refuseConflict(name === "" ? edgeList(draft.edges) : named, edge);
  // Spack drops the propagation of a further edge to one package.
  insertEdge(draft.edges, named.length > 0 ? { ...edge, propagate: false } : edge);
}

/** An edge that asks for no kinds gets along with all others. */
function refuseConflict(others: readonly SpecDependency[], edge: SpecDependency): void {
  for (const other of others) {
    if (areCompatibleTypes(other.types, edge.types) || !sameSpec(other.when, edge.when)) continue;
    throw new SpecValueError(
      `${formatSpec(edge.spec) || "a dependency"} comes twice, with kinds of dependency that exclude each other`,
      "each kind once",
    );
  }
}

function mergedEdge(edge: SpecDependency, other: SpecDependency): SpecDependency {
  try {
    return {
      ...edge,
      spec: constrain(edge.spec, other.spec),
      virtuals: sortedSet([...edge.virtuals, ...other.virtuals]),
    };
  } catch (error) {
    if (!(error instanceof UnsatisfiableSpecError)) throw error;
    throw new SpecValueError(
      `it depends on ${formatSpec(edge.spec)} and on ${formatSpec(other.spec)}, which exclude each other`,
      "dependencies that one package can meet",
    );
  }
}

import { constrain } from "./constrain.ts";
import { areCompatibleTypes, insertEdge, typeWeight } from "./edges.ts";
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
  const others = draft.dependencies.filter(({ spec }) => !edge.spec.name || spec.name === edge.spec.name);
  const same = others.find(
    (other) =>
      edge.spec.name !== "" &&
      typeWeight(other.types) === typeWeight(edge.types) &&
      sameSpec(other.when, edge.when),
  );
  if (same !== undefined) {
    const merged = mergedEdge(same, edge);
    draft.dependencies.splice(draft.dependencies.indexOf(same), 1, merged);
    return;
  }
  const conflict = others.find(
    (other) => sameSpec(other.when, edge.when) && !areCompatibleTypes(other.types, edge.types),
  );
  if (conflict !== undefined)
    throw new SpecValueError(
      `${formatSpec(edge.spec)} comes twice, with kinds of dependency that exclude each other`,
      "each kind once",
    );
  // Spack drops the propagation of a further edge to one package.
  const known = edge.spec.name !== "" && others.length > 0;
  insertEdge(draft.dependencies, known ? { ...edge, propagate: false } : edge);
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

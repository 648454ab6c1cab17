import type { Spec } from "./spec.ts";
import { specsOf } from "./traverse.ts";
import { type Variant, variantSatisfies } from "./variant.ts";

/**
 * Whether the variants of `spec` meet those of `constraint`. Propagated ones speak about the dependencies: nothing there may
 * contradict them.
 */
export function variantsSatisfy(spec: Spec, constraint: Spec): boolean {
  const own = [...spec.variants.values()];
  const asked = [...constraint.variants.values()];
  const settled = spec.concrete !== undefined;
  const met = asked
    .filter(({ propagate }) => !propagate)
    .every((variant) => {
      const ours = spec.variants.get(variant.name);
      return ours !== undefined && (settled || !ours.propagate) && variantSatisfies(ours, variant);
    });
  if (!met) return false;
  const theirs = asked.filter(({ propagate }) => propagate);
  if (!agrees(spec, theirs)) return false;
  return (
    settled ||
    agrees(
      constraint,
      own.filter(({ propagate }) => propagate),
    )
  );
}

/** Whether no package of `spec` contradicts the propagated variants. */
function agrees(spec: Spec, propagated: readonly Variant[]): boolean {
  if (propagated.length === 0) return true;
  return specsOf(spec).every(({ variants }) =>
    propagated.every((variant) => {
      const ours = variants.get(variant.name);
      return ours === undefined || variantSatisfies(ours, variant);
    }),
  );
}

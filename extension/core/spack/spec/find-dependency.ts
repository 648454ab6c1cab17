import type { Spec } from "./spec.ts";
import { edgesBelow, hasType } from "./traverse.ts";

/**
 * What Spack's `spec[name]` is: the package that `spec` needs under that name, its own or that of a virtual package. What
 * it needs to build comes first, then what it links or runs, nearest first; undefined when nothing fits.
 */
export function findDependency(spec: Spec, name: string): Spec | undefined {
  const direct = spec.dependencies.filter((edge) => hasType(edge, ["build", "test"]));
  const found = direct.find((edge) => edge.spec.name === name || edge.virtuals.includes(name));
  if (found !== undefined) return found.spec;
  if (spec.name === name) return spec;
  return edgesBelow(spec, ["link", "run"])
    .map(({ edge }) => edge)
    .find((edge) => edge.spec.name === name || edge.virtuals.includes(name))?.spec;
}

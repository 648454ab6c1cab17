import { architecturesIntersect } from "./architecture.ts";
import { findDependency } from "./find-dependency.ts";
import { satisfies } from "./satisfies.ts";
import type { Spec } from "./spec.ts";
import { variantsIntersect } from "./variant.ts";
import { versionsIntersect } from "./version-list.ts";

/** Whether Spack could build something that meets both specs, as far as that can be told without recipes. */
export function intersects(a: Spec, b: Spec): boolean {
  if (a.concrete !== undefined && b.concrete !== undefined) return a.concrete.hash === b.concrete.hash;
  if (a.concrete !== undefined) return satisfies(a, b);
  if (b.concrete !== undefined) return satisfies(b, a);
  return nodesIntersect(a, b) && dependenciesIntersect(a, b);
}

/** Whether the dependencies that both have do not exclude each other. */
export function dependenciesIntersect(a: Spec, b: Spec): boolean {
  const names = new Set(b.dependencies.map(({ spec }) => spec.name));
  const common = new Set(a.dependencies.map(({ spec }) => spec.name).filter((name) => names.has(name)));
  for (const name of common) {
    const [ours, theirs] = [dependencyNamed(a, name), dependencyNamed(b, name)];
    if (ours !== undefined && theirs !== undefined && !intersects(ours, theirs)) return false;
  }
  return true;
}

/** Never the spec itself: in `gcc %[deptypes=run] gcc` Spack finds the first gcc under that name, and goes round for ever. */
function dependencyNamed(spec: Spec, name: string): Spec | undefined {
  const found = findDependency(spec, name);
  return found === spec ? spec.dependencies.find((edge) => edge.spec.name === name)?.spec : found;
}

function nodesIntersect(a: Spec, b: Spec): boolean {
  if (a.hash && b.hash && !a.hash.startsWith(b.hash) && !b.hash.startsWith(a.hash)) return false;
  if (a.name !== b.name && a.name && b.name) return false;
  if (a.namespace !== undefined && b.namespace !== undefined && a.namespace !== b.namespace) return false;
  if (!versionsIntersect(a.versions, b.versions)) return false;
  for (const [name, theirs] of b.variants) {
    const ours = a.variants.get(name);
    if (ours !== undefined && !variantsIntersect(ours, theirs)) return false;
  }
  return a.architecture === undefined || b.architecture === undefined
    ? true
    : architecturesIntersect(a.architecture, b.architecture);
}

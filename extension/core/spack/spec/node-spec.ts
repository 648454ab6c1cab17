import type { LockDependency, Lockfile, LockNode, SpecHash, VariantValue } from "../lockfile/lockfile.ts";
import type { Flags } from "./flags.ts";
import { type ConcreteFacts, emptySpec, type Spec, type SpecDependency } from "./spec.ts";
import { sortedSet } from "./text-order.ts";
import { switchVariant, type Variant } from "./variant.ts";
import { parseVersionItem } from "./version-item.ts";

/** One spec a node, so that what many nodes depend on is made once. */
const made = new WeakMap<Lockfile, Map<SpecHash, Spec>>();

/**
 * A node of a lock as a spec in which all is decided, so that `satisfies(nodeSpec(node, lock), constraint)` answers what
 * `spack find CONSTRAINT` would. Its dependencies are made when they are first looked at; those that the lock lacks are
 * left out.
 */
export function nodeSpec(node: LockNode, lock: Lockfile): Spec {
  const specs = made.get(lock) ?? new Map<SpecHash, Spec>();
  made.set(lock, specs);
  const known = specs.get(node.hash);
  if (known !== undefined) return known;
  const spec = settled(node, lock);
  specs.set(node.hash, spec);
  return spec;
}

function settled(node: LockNode, lock: Lockfile): Spec {
  let dependencies: readonly SpecDependency[] | undefined;
  return {
    name: node.name,
    namespace: node.namespace,
    versions: [parseVersionItem(`=${node.version}`)],
    variants: nodeVariants(node),
    flags: nodeFlags(node),
    architecture: { platform: node.platform, os: node.os, target: node.target },
    hash: undefined,
    get dependencies() {
      dependencies ??= node.dependencies.flatMap((dependency) => edgeTo(dependency, lock));
      return dependencies;
    },
    concrete: concreteFacts(node),
  };
}

function edgeTo(dependency: LockDependency, lock: Lockfile): readonly SpecDependency[] {
  const node = lock.nodes.get(dependency.hash);
  if (node === undefined) return [];
  const { types, direct } = dependency;
  const virtuals = sortedSet(dependency.virtuals);
  return [{ spec: nodeSpec(node, lock), types, virtuals, direct, propagate: false, when: emptySpec }];
}

function nodeVariants({ variants, patches }: LockNode): ReadonlyMap<string, Variant> {
  const all = new Map(Object.entries(variants).map(([name, value]) => [name, nodeVariant(name, value)]));
  if (patches.length > 0) all.set("patches", nodeVariant("patches", patches));
  return all;
}

function nodeVariant(name: string, value: VariantValue): Variant {
  if (typeof value === "boolean") return switchVariant(name, value, false);
  if (typeof value !== "string")
    return { name, kind: "multiple", values: sortedSet(value), exact: true, propagate: false };
  const upper = value.toUpperCase();
  if (upper === "TRUE" || upper === "FALSE") return switchVariant(name, upper === "TRUE", false);
  return { name, kind: "single", values: [value], exact: true, propagate: false };
}

function nodeFlags({ flags }: LockNode): Flags {
  return new Map(
    Object.entries(flags).map(([kind, texts]) => [kind, texts.map((text) => ({ text, propagate: false }))]),
  );
}

function concreteFacts({ hash, external, compiler }: LockNode): ConcreteFacts {
  return {
    hash,
    external: external !== undefined,
    compiler: compiler && {
      ...emptySpec,
      name: compiler.name,
      versions: [parseVersionItem(`=${compiler.version}`)],
    },
  };
}

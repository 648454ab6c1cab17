import type { LockDependency, Lockfile, LockNode, SpecHash, VariantValue } from "../lockfile/lockfile.ts";
import type { Flags } from "./flags.ts";
import { type ConcreteFacts, emptySpec, type Spec, type SpecDependency } from "./spec.ts";
import { sortedSet } from "./text-order.ts";
import { switchVariant, type Variant } from "./variant.ts";
import { parseVersionItem } from "./version-item.ts";

interface LockSpecs {
  readonly lock: Lockfile;
  /** One spec a node, so that what many nodes depend on is made once. */
  readonly specs: Map<SpecHash, Spec>;
  /** The virtual packages that each node stands in for. */
  readonly provided: ReadonlyMap<SpecHash, ReadonlySet<string>>;
}

const known = new WeakMap<Lockfile, LockSpecs>();

/**
 * A node of a lock as a spec in which all is decided, so that `satisfies(nodeSpec(node, lock), constraint)` answers what
 * `spack find CONSTRAINT` would. Its dependencies are made when they are first looked at; those that the lock lacks are
 * left out.
 */
export function nodeSpec(node: LockNode, lock: Lockfile): Spec {
  const specs = known.get(lock) ?? { lock, specs: new Map(), provided: providedVirtuals(lock) };
  known.set(lock, specs);
  return specOf(node, specs);
}

function specOf(node: LockNode, specs: LockSpecs): Spec {
  const found = specs.specs.get(node.hash);
  if (found !== undefined) return found;
  const spec = settled(node, specs);
  specs.specs.set(node.hash, spec);
  return spec;
}

function providedVirtuals(lock: Lockfile): ReadonlyMap<SpecHash, ReadonlySet<string>> {
  const provided = new Map<SpecHash, Set<string>>();
  for (const node of lock.nodes.values()) {
    for (const { hash, virtuals } of node.dependencies) {
      const names = provided.get(hash) ?? new Set();
      for (const name of virtuals) names.add(name);
      if (names.size > 0) provided.set(hash, names);
    }
  }
  return provided;
}

function settled(node: LockNode, specs: LockSpecs): Spec {
  let dependencies: readonly SpecDependency[] | undefined;
  return {
    name: node.name,
    namespace: node.namespace || undefined,
    versions: [parseVersionItem(`=${node.version}`)],
    variants: nodeVariants(node),
    flags: nodeFlags(node),
    architecture: { platform: node.platform, os: node.os, target: node.target },
    hash: undefined,
    get dependencies() {
      dependencies ??= node.dependencies.flatMap((dependency) => edgeTo(dependency, specs));
      return dependencies;
    },
    concrete: concreteFacts(node, specs.provided.get(node.hash) ?? []),
  };
}

function edgeTo(dependency: LockDependency, specs: LockSpecs): readonly SpecDependency[] {
  const node = specs.lock.nodes.get(dependency.hash);
  if (node === undefined) return [];
  const { types, direct } = dependency;
  const virtuals = sortedSet(dependency.virtuals);
  return [{ spec: specOf(node, specs), types, virtuals, direct, propagate: false, when: emptySpec }];
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

function concreteFacts({ hash, external, compiler }: LockNode, provides: Iterable<string>): ConcreteFacts {
  return {
    hash,
    external: external !== undefined,
    provides: sortedSet(provides),
    compiler: compiler && {
      ...emptySpec,
      name: compiler.name,
      versions: [parseVersionItem(`=${compiler.version}`)],
    },
  };
}

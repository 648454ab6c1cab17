import type { DependencyType } from "../lockfile/lockfile.ts";
import type { Architecture } from "./architecture.ts";
import type { Flags } from "./flags.ts";
import type { Variant } from "./variant.ts";
import { anyVersion, type VersionList } from "./version-list.ts";

/**
 * A package, or what is asked of one, in the language of Spack 1.1 (https://spack.readthedocs.io/en/v1.1.0/spec_syntax.html).
 * Read by parse-spec.ts, printed by format-spec.ts; a node of a lock by node-spec.ts.
 */
export interface Spec {
  /** Empty for a spec of any package: `+mpi`, `@1.2`. */
  readonly name: string;
  readonly namespace: string | undefined;
  readonly versions: VersionList;
  readonly variants: ReadonlyMap<string, Variant>;
  readonly flags: Flags;
  readonly architecture: Architecture | undefined;
  /** The start of a DAG hash, as in `zlib/abc`. */
  readonly hash: string | undefined;
  /** Those of one name stand together, in the order in which Spack keeps them (edges.ts). */
  readonly dependencies: readonly SpecDependency[];
  /** Set when all is decided: the spec stands for one node of a lock or a store. */
  readonly concrete: ConcreteFacts | undefined;
}

/** An edge from a spec to what it needs. */
export interface SpecDependency {
  readonly spec: Spec;
  /** Which kinds were asked for; empty means any. */
  readonly types: readonly DependencyType[];
  /** The virtual packages that the dependency stands in for, ordered: `%c,cxx=gcc`. */
  readonly virtuals: readonly string[];
  /** Written with `%`: a dependency of the package itself, not of one further down. */
  readonly direct: boolean;
  /** Written with `%%`: also preferred for the dependencies of the package. */
  readonly propagate: boolean;
  /** The edge counts only where this holds; an empty spec means always. */
  readonly when: Spec;
}

export interface ConcreteFacts {
  readonly hash: string;
  readonly external: boolean;
  /** The virtual packages that it stands in for somewhere in the lock. */
  readonly provides: readonly string[];
  /** The compiler, in locks where it is no dependency (specfile versions below 5). */
  readonly compiler: Spec | undefined;
}

/** Asks nothing of any package. */
export const emptySpec: Spec = {
  name: "",
  namespace: undefined,
  versions: anyVersion,
  variants: new Map(),
  flags: new Map(),
  architecture: undefined,
  hash: undefined,
  dependencies: [],
  concrete: undefined,
};

/** `namespace.name`, or the name alone. */
export function fullName({ name, namespace }: Spec): string {
  return namespace ? `${namespace}.${name}` : name;
}

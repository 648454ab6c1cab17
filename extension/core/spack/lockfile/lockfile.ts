/** `spack.lock` as a plain value. Format: Spack 0.17 to 1.2, lockfile versions 4 to 7 (see read-lockfile.ts). */

/** A DAG hash: 32 characters of lower-case base32. */
export type SpecHash = string;

export type DependencyType = "build" | "link" | "run" | "test";

export interface LockDependency {
  readonly name: string;
  readonly hash: SpecHash;
  readonly types: readonly DependencyType[];
  /** The virtual packages that this edge provides: mpi, blas, c … */
  readonly virtuals: readonly string[];
  /** Spack 1.x marks edges that a `%` in a spec asked for. */
  readonly direct: boolean;
}

/** A variant's value: a switch, one value, or several. */
export type VariantValue = boolean | string | readonly string[];

/** Where a package that Spack did not build lies. */
export interface ExternalPackage {
  /** Absolute path at the site; undefined when only a module was given. */
  readonly path: string | undefined;
  readonly modules: readonly string[];
}

/** One concrete spec: a package with everything decided. */
export interface LockNode {
  readonly hash: SpecHash;
  readonly name: string;
  readonly version: string;
  /** The repository the recipe is from: `builtin`, or a repository of the user's. */
  readonly namespace: string;
  readonly platform: string;
  readonly os: string;
  /** The microarchitecture: `x86_64_v3`, `zen4` … */
  readonly target: string;
  /** Variants and `build_system`, `patches`, `dev_path`; without the compiler flags. */
  readonly variants: Readonly<Record<string, VariantValue>>;
  /** Compiler flags that are set (`cflags`, `ldflags` …); absent ones are empty. */
  readonly flags: Readonly<Record<string, readonly string[]>>;
  readonly dependencies: readonly LockDependency[];
  readonly external: ExternalPackage | undefined;
  /** SHA-256 of the patches that were applied. */
  readonly patches: readonly string[];
  /** Digest of the recipe at the time of solving; undefined in old locks. */
  readonly packageHash: string | undefined;
  /** For a spliced node: what it was built as. */
  readonly buildSpecHash: SpecHash | undefined;
  /** Lockfiles before version 6 keep the compiler apart from the dependencies. */
  readonly compiler: { readonly name: string; readonly version: string } | undefined;
}

/** A user spec of the manifest and what it was solved to. */
export interface LockRoot {
  readonly hash: SpecHash;
  /** As Spack printed the user spec. */
  readonly spec: string;
  /** Spack 1.2 solves groups of specs one after another; `default` elsewhere. */
  readonly group: string;
}

/** Another environment whose concrete specs were taken over (`include_concrete`). */
export interface LockInclude {
  /** Absolute path of that environment at the site. */
  readonly path: string;
  readonly roots: readonly LockRoot[];
  /** Hashes of the nodes that belong to it. */
  readonly hashes: readonly SpecHash[];
}

export interface Lockfile {
  readonly lockfileVersion: number;
  /** Undefined in locks of Spack 0.17 to 0.19. */
  readonly specfileVersion: number | undefined;
  /** The Spack that wrote it, as far as it says. */
  readonly spackVersion: string | undefined;
  /** In an arbitrary order: Spack's own changes from run to run. */
  readonly roots: readonly LockRoot[];
  /** All nodes, those of included environments too. */
  readonly nodes: ReadonlyMap<SpecHash, LockNode>;
  readonly includes: readonly LockInclude[];
}

/** What is known of a workspace without Bazel. Paths are the site's. */
export interface WorkspaceInfo {
  readonly root: string;
  /** `MODULE.bazel`, `WORKSPACE` … as there are. */
  readonly files: readonly string[];
  readonly outputUserRoot: string;
  readonly outputBase: {
    readonly path: string;
    /** Whether there was a build in it. */
    readonly exists: boolean;
    /** By which it is known: an option in a .bazelrc, the links that a build made, or how Bazel names it. */
    readonly by: "option" | "links" | "name";
  };
  readonly server: { readonly running: boolean; readonly pid: number | undefined };
  /** Undefined: none is configured in a .bazelrc (without a --config). */
  readonly diskCache: CacheInfo | undefined;
  readonly repositoryCache: CacheInfo;
  /** Address of the remote cache in a .bazelrc, without credentials. */
  readonly remoteCache: string | undefined;
  /** The modules that the last resolution took (MODULE.bazel.lock, Bazel 7.2 and newer), by name. */
  readonly modules: readonly { readonly name: string; readonly version: string }[];
  readonly spack: readonly SpackRepository[];
}

export interface CacheInfo {
  readonly path: string;
  readonly exists: boolean;
  /** Bytes; undefined when they could not be counted in time. */
  readonly size: number | undefined;
}

export interface SpackRepository {
  /** As `use_repo` names it. */
  readonly name: string;
  /** Label of the lock. */
  readonly lock: string | undefined;
  /** Whether the output base has it. */
  readonly fetched: boolean;
}

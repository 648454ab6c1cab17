import type { SpecHash } from "../lockfile/lockfile.ts";

/** What of a package its place in a cache is named after. */
export interface CachedPackage {
  readonly hash: SpecHash;
  readonly name: string;
  readonly version: string;
}

export type Presence =
  /** `bytes`: the size of the archive to fetch, where the cache was asked for it. */
  | { readonly state: "present"; readonly bytes: number | undefined }
  | { readonly state: "absent" }
  /** There, and Spack would not take it: the mirror demands signatures and this package has none. */
  | { readonly state: "unsigned" }
  | { readonly state: "unknown"; readonly why: string };

export type CacheIndex =
  | { readonly state: "read"; readonly packages: number }
  /** The cache was asked package by package. Spack does so too, at the cost of a request for each. */
  | { readonly state: "missing" }
  | { readonly state: "unknown"; readonly why: string };

export interface CacheAnswer {
  readonly presence: ReadonlyMap<SpecHash, Presence>;
  readonly index: CacheIndex;
}

export interface AskOptions {
  readonly signal?: AbortSignal;
  /** Ask for sizes and signatures as well: a small request for each package that is there. Default false. */
  readonly details?: boolean;
}

/** A build cache that can be asked what it holds. Asking never throws but what `signal` throws: failures are answers. */
export interface BuildCache {
  readonly name: string;
  /** Free of secrets. */
  readonly url: string;
  has(packages: readonly CachedPackage[], options?: AskOptions): Promise<CacheAnswer>;
}

export function answerForAll(
  packages: readonly CachedPackage[],
  presence: Presence,
  index: CacheIndex,
): CacheAnswer {
  return { presence: new Map(packages.map(({ hash }) => [hash, presence])), index };
}

/** How many requests or files are under way at once. */
export const parallelQuestions = 16;

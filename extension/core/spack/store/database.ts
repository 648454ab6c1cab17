import type { SpecHash } from "../lockfile/lockfile.ts";

/** A Spack store's database, `<root>/.spack-db/index.json`. Format: database versions 6 to 8 (Spack 0.18 to 1.2). */
export interface StoreDatabase {
  /** The install tree's root, as the site knows it. */
  readonly root: string;
  /** The file that was read, as this process reaches it. */
  readonly file: string;
  readonly version: number;
  /** Content of `index_verifier`: a new UUID with every write. Undefined where Spack wrote none. */
  readonly verifier: string | undefined;
  readonly records: ReadonlyMap<SpecHash, StoreRecord>;
}

/** What the database says about one concrete spec. It says nothing of whether the prefix is really there. */
export interface StoreRecord {
  readonly hash: SpecHash;
  readonly name: string;
  readonly version: string;
  /** As the site knows it; undefined for an external that is a module only. */
  readonly prefix: string | undefined;
  readonly installed: boolean;
  /** Asked for by name, not only as somebody's dependency. */
  readonly explicit: boolean;
  readonly external: boolean;
  /** How many installed specs depend on it. */
  readonly refCount: number;
  /** Seconds since the epoch. */
  readonly installedAt: number | undefined;
  /** The hash that `spack deprecate` put in its place. */
  readonly deprecatedFor: SpecHash | undefined;
}

export interface FoundRecord {
  readonly record: StoreRecord;
  readonly database: StoreDatabase;
  /** Whether it is from one of the upstream stores. */
  readonly upstream: boolean;
}

/**
 * The record of a hash as Spack looks it up: the own store's if it has any, installed there or not, else that of the
 * first upstream that has one.
 */
export function findRecord(
  hash: SpecHash,
  own: StoreDatabase | undefined,
  upstreams: readonly StoreDatabase[] = [],
): FoundRecord | undefined {
  const record = own?.records.get(hash);
  if (own !== undefined && record !== undefined) return { record, database: own, upstream: false };
  for (const database of upstreams) {
    const found = database.records.get(hash);
    if (found !== undefined) return { record: found, database, upstream: true };
  }
  return undefined;
}

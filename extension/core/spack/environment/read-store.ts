import { messageOf, SygaldryError } from "../../base/errors.ts";
import type { SpackContext } from "../context/context.ts";
import type { StoreDatabase } from "../store/database.ts";
import { activeFailures, type BuildFailure, readFailures } from "../store/failures.ts";
import { readDatabase } from "../store/read-database.ts";
import type { StoreLocation } from "./locate-store.ts";

/** What is known of the store of an environment. */
export interface EnvironmentStore {
  /** At the site; undefined when it cannot be told from here. */
  readonly root: string | undefined;
  /** Undefined when nothing was ever installed there, or it cannot be read (then `problem` says why). */
  readonly database: StoreDatabase | undefined;
  readonly upstreams: readonly StoreDatabase[];
  /** Builds that failed and were not mended since. */
  readonly failures: readonly BuildFailure[];
  readonly problems: readonly SygaldryError[];
}

/** Databases by their root: environments mostly share one, and a call reads it once. */
export type DatabaseReader = (root: string) => Promise<StoreDatabase | undefined>;

export function databaseReader({ paths }: SpackContext, signal: AbortSignal | undefined): DatabaseReader {
  const read = new Map<string, Promise<StoreDatabase | undefined>>();
  return (root) => {
    const known = read.get(root);
    if (known !== undefined) return known;
    const reading = readDatabase(root, { paths, ...(signal && { signal }) });
    read.set(root, reading);
    return reading;
  };
}

/** Never throws for what a store holds; throws what `signal` throws. */
export async function readStore(
  location: StoreLocation,
  read: DatabaseReader,
  context: SpackContext,
  signal: AbortSignal | undefined,
): Promise<EnvironmentStore> {
  const problems: SygaldryError[] = [];
  const attempt = async <T>(work: Promise<T>): Promise<T | undefined> => {
    try {
      return await work;
    } catch (error) {
      signal?.throwIfAborted();
      problems.push(asProblem(error));
      return undefined;
    }
  };
  const { root, stages } = location;
  if (root === undefined) return { root, database: undefined, upstreams: [], failures: [], problems };
  const [database, failures, ...upstreams] = await Promise.all([
    attempt(read(root)),
    attempt(readFailures(root, { stages, paths: context.paths, ...(signal && { signal }) })),
    ...location.upstreams.map((upstream) => attempt(read(upstream))),
  ]);
  return {
    root,
    database,
    upstreams: upstreams.filter((upstream) => upstream !== undefined),
    failures: activeFailures(failures ?? [], database),
    problems,
  };
}

function asProblem(error: unknown): SygaldryError {
  return error instanceof SygaldryError
    ? error
    : new SygaldryError("SYG-SPACK-STORE", messageOf(error), { cause: error });
}

import path from "node:path";
import { isCancellation, messageOf, SygaldryError } from "../../base/errors.ts";
import type { SpackContext } from "../context/context.ts";
import { readDrift } from "../drift/drift.ts";
import type { Drift } from "../drift/reasons.ts";
import { type EnvironmentFolder, lockName, manifestName } from "../find-environments.ts";
import { type LoadedLock, readLockfile } from "../lockfile/read-lockfile.ts";
import { type HashVerdict, verifyHashes } from "../lockfile/verify-hashes.ts";
import { type Manifest, readManifest } from "../manifest/manifest.ts";
import { type EnvironmentView, environmentViews } from "./environment-views.ts";
import { locateStore } from "./locate-store.ts";
import { type EnvironmentPackage, packageStates } from "./package-states.ts";
import { type DatabaseReader, databaseReader, type EnvironmentStore, readStore } from "./read-store.ts";

/** Everything that is known of one environment, read from its files and its store without asking Spack. */
export interface SpackEnvironment extends EnvironmentFolder {
  /** Undefined when it cannot be read; `problems` say why. */
  readonly manifest: Manifest | undefined;
  readonly lock: LoadedLock | undefined;
  readonly hashes: HashVerdict | undefined;
  readonly drift: Drift | undefined;
  readonly store: EnvironmentStore;
  /** Empty without a lock. */
  readonly packages: readonly EnvironmentPackage[];
  readonly views: readonly EnvironmentView[];
  /** Files that could not be read: manifest, lock, store. */
  readonly problems: readonly SygaldryError[];
}

/** Spack as it is known at a site. */
export interface SpackSite {
  readonly context: SpackContext;
  /** The store where no configuration that can be read names one; a path of the site. */
  readonly store: string | undefined;
}

export interface ReadOptions {
  readonly signal?: AbortSignal | undefined;
  /** Follow every link of the views. Default false. */
  readonly links?: boolean;
}

/** Reads environments side by side; a store that they share is read once. Throws SYG-CANCELLED only. */
export async function readEnvironments(
  folders: readonly EnvironmentFolder[],
  site: SpackSite,
  options: ReadOptions = {},
): Promise<readonly SpackEnvironment[]> {
  const read = databaseReader(site.context, options.signal);
  return Promise.all(folders.map((folder) => readOne(folder, site, read, options)));
}

export async function readEnvironment(
  folder: EnvironmentFolder,
  site: SpackSite,
  options: ReadOptions = {},
): Promise<SpackEnvironment> {
  return readOne(folder, site, databaseReader(site.context, options.signal), options);
}

const nowhere: EnvironmentStore = {
  root: undefined,
  database: undefined,
  upstreams: [],
  failures: [],
  problems: [],
};

async function readOne(
  folder: EnvironmentFolder,
  { context, store: standard }: SpackSite,
  read: DatabaseReader,
  { signal, links = false }: ReadOptions,
): Promise<SpackEnvironment> {
  const problems: SygaldryError[] = [];
  const attempt = async <T>(work: Promise<T>): Promise<T | undefined> => {
    try {
      return await work;
    } catch (error) {
      if (signal?.aborted || isCancellation(error)) {
        throw new SygaldryError("SYG-CANCELLED", `reading ${folder.name} was cancelled`);
      }
      problems.push(error instanceof SygaldryError ? error : unexpected(error));
      return undefined;
    }
  };
  const [manifest, lock] = await Promise.all([
    attempt(readManifest(path.join(folder.folder, manifestName), { context, ...(signal && { signal }) })),
    attempt(readLockfile(path.join(folder.folder, lockName), signal)),
  ]);
  const location = manifest && locateStore(manifest, context, standard);
  const store = location ? await attempt(readStore(location, read, context, signal)) : undefined;
  const packages = lock && store ? await packageStates(lock.lock, store, context.paths) : [];
  const lockUnreadable = lock === undefined && problems.some(({ code }) => code === "SYG-SPACK-LOCK");
  const drift =
    manifest && !lockUnreadable
      ? await attempt(readDrift(manifest, lock?.lock, { context, ...(signal && { signal }) }))
      : undefined;
  const views =
    manifest && store
      ? await attempt(environmentViews(manifest, lock?.lock, store, packages, { context, links, signal }))
      : undefined;
  return {
    ...folder,
    manifest,
    lock,
    hashes: lock && verifyHashes(lock),
    drift,
    store: store ?? nowhere,
    packages,
    views: views ?? [],
    problems: [...problems, ...(store?.problems ?? [])],
  };
}

function unexpected(error: unknown): SygaldryError {
  return new SygaldryError("SYG-SPACK-ENV", messageOf(error), { cause: error });
}

import type { SpackContext } from "../context/context.ts";
import type { LockNode } from "../lockfile/lockfile.ts";
import type { StoreRecord } from "../store/database.ts";
import type { InstallVerification } from "../store/verify/damage.ts";
import { verifyInstalls } from "../store/verify/verify-install.ts";
import type { SpackEnvironment } from "./read-environment.ts";

/** What comparing an installed package with its records found. */
export interface VerifiedPackage {
  readonly node: LockNode;
  readonly verdict: InstallVerification;
}

export interface VerifyEnvironmentOptions {
  readonly context: SpackContext;
  /** Trust files whose size and time are as recorded. */
  readonly quick: boolean;
  readonly signal?: AbortSignal | undefined;
  /** Called whenever a package is done. */
  readonly onVerified?: (done: number, total: number, verdict: InstallVerification) => void;
}

/**
 * Compares every installed package of an environment with its manifest, those in upstream stores too; lock hashes and views
 * are part of SpackEnvironment itself. Throws what `signal` throws.
 */
export async function verifyEnvironment(
  { packages, store }: SpackEnvironment,
  { context, quick, signal, onVerified = () => {} }: VerifyEnvironmentOptions,
): Promise<readonly VerifiedPackage[]> {
  const databases = [store.database, ...store.upstreams].filter((database) => database !== undefined);
  const prefixOf = (hash: string) =>
    databases.map(({ records }) => records.get(hash)?.prefix).find((prefix) => prefix !== undefined);
  const installed = packages.flatMap(({ node, record }) =>
    record?.installed === true && !record.external ? [{ node, record }] : [],
  );
  const verdicts = new Map<string, InstallVerification>();
  for (const { root, records } of databases) {
    const own = installed.flatMap(({ record }) => (isFrom(records, record) ? [record] : []));
    const options = { root, prefixOf, paths: context.paths, quick, ...(signal && { signal }) };
    let done = verdicts.size;
    const found = await verifyInstalls(own, options, (verdict) =>
      onVerified(++done, installed.length, verdict),
    );
    for (const verdict of found) verdicts.set(verdict.hash, verdict);
  }
  return installed.flatMap(({ node }) => {
    const verdict = verdicts.get(node.hash);
    return verdict === undefined ? [] : [{ node, verdict }];
  });
}

function isFrom(records: ReadonlyMap<string, StoreRecord>, record: StoreRecord): boolean {
  return records.get(record.hash) === record;
}

import { forEachParallel } from "../../base/parallel.ts";
import type { SpackContext } from "../context.ts";
import type { LockNode } from "../lockfile/lockfile.ts";
import type { InstallVerification } from "../store/verify/damage.ts";
import { verifyInstall } from "../store/verify/verify-install.ts";
import type { SpackEnvironment } from "./read-environment.ts";

/** What comparing an environment's files with their records found; see SpackEnvironment for lock hashes and views. */
export interface EnvironmentVerification {
  /** Of each installed package, in the environment's order. */
  readonly installs: readonly { readonly node: LockNode; readonly verdict: InstallVerification }[];
}

export interface VerifyEnvironmentOptions {
  readonly context: SpackContext;
  /** Trust files whose size and time are as recorded. */
  readonly quick: boolean;
  readonly signal?: AbortSignal | undefined;
  /** Called whenever a package is done. */
  readonly onProgress?: (done: number, total: number, node: LockNode) => void;
}

/** How many packages are read at once: enough for a network file system, few enough for a disk. */
const atOnce = 4;

/** Compares every installed package with its manifest, those in upstream stores too. Throws what `signal` throws. */
export async function verifyEnvironment(
  { packages, store }: SpackEnvironment,
  { context, quick, signal, onProgress = () => {} }: VerifyEnvironmentOptions,
): Promise<EnvironmentVerification> {
  const installed = packages.flatMap(({ node, record }) =>
    record?.installed === true && !record.external ? [{ node, record }] : [],
  );
  const databases = [store.database, ...store.upstreams].filter((database) => database !== undefined);
  const verdicts = new Map<string, InstallVerification>();
  await forEachParallel(installed, atOnce, async ({ node, record }) => {
    const home = databases.find(({ records }) => records.get(node.hash) === record);
    const verdict = await verifyInstall(record, {
      root: home?.root ?? store.root ?? "/",
      prefixOf: (hash) =>
        databases.map(({ records }) => records.get(hash)?.prefix).find((prefix) => prefix !== undefined),
      paths: context.paths,
      quick,
      ...(signal && { signal }),
    });
    verdicts.set(node.hash, verdict);
    onProgress(verdicts.size, installed.length, node);
  });
  return {
    installs: installed.flatMap(({ node }) => {
      const verdict = verdicts.get(node.hash);
      return verdict === undefined ? [] : [{ node, verdict }];
    }),
  };
}

import { forEachParallel } from "../../base/parallel.ts";
import { type PathTranslation, samePaths } from "../../site/paths.ts";
import type { StoreDatabase, StoreRecord } from "../store/database.ts";
import { readInstallDetails } from "../store/install-details.ts";
import type { RecordedInstall } from "./install-history.ts";

/** How many installs of other packages are read to know what fetching takes in general. */
const samples = 40;

/**
 * How long installs of a store took, as far as Spack recorded it: what an estimate for packages of these names rests on.
 * Reads a few small files of each prefix; those that cannot be read are left out.
 */
export async function recordedInstalls(
  database: StoreDatabase,
  names: ReadonlySet<string>,
  { paths = samePaths, signal }: { readonly paths?: PathTranslation; readonly signal?: AbortSignal } = {},
): Promise<readonly RecordedInstall[]> {
  const found = new Map<StoreRecord, RecordedInstall>();
  const installed = [...database.records.values()].filter((record) => record.installed && !record.external);
  const alike = installed.filter(({ name }) => names.has(name));
  const others = installed.filter(({ name }) => !names.has(name)).slice(0, samples);
  await forEachParallel([...alike, ...others], 16, async (record) => {
    signal?.throwIfAborted();
    if (record.prefix === undefined) return;
    const { origin, seconds } = await readInstallDetails(record.prefix, { paths, ...(signal && { signal }) });
    if (origin === "unknown" || seconds === undefined) return;
    const { hash, name, version } = record;
    found.set(record, { hash, name, version, origin, seconds });
  });
  return installed.flatMap((record) => found.get(record) ?? []);
}

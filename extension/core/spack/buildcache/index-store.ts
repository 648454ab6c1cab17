import { readdir, rm, stat } from "node:fs/promises";
import path from "node:path";
import { readTextIfExists, writeAtomic } from "../../base/files.ts";
import type { SpecHash } from "../lockfile/lockfile.ts";

/**
 * Remembers what an index lists by the index's own checksum: an index that did not change is not fetched again, and
 * one that did has another name. Indexes of public caches are hundreds of megabytes.
 */
export interface IndexStore {
  get(checksum: string): Promise<ReadonlySet<SpecHash> | undefined>;
  put(checksum: string, hashes: ReadonlySet<SpecHash>): Promise<void>;
}

/** How many indexes are kept, the latest ones. */
const kept = 16;

/** Keeps indexes in memory, and in `folder` where one is given. A folder that cannot be used costs only time. */
export function indexStore(folder?: string): IndexStore {
  const memory = new Map<string, ReadonlySet<SpecHash>>();
  const fileOf = (checksum: string) =>
    folder === undefined || !/^[0-9a-f]{64}$/.test(checksum)
      ? undefined
      : path.join(folder, `${checksum}.txt`);
  return {
    get: async (checksum) => {
      const known = memory.get(checksum);
      const file = fileOf(checksum);
      if (known !== undefined || file === undefined) return known;
      const text = await readTextIfExists(file).catch(() => undefined);
      // The last line tells that the file is whole.
      if (text === undefined || !/(?:^|\n)end\n$/.test(text)) return undefined;
      const hashes = new Set(text.split("\n").slice(0, -2));
      memory.set(checksum, hashes);
      return hashes;
    },
    put: async (checksum, hashes) => {
      memory.set(checksum, hashes);
      const file = fileOf(checksum);
      if (folder === undefined || file === undefined) return;
      try {
        await writeAtomic(file, `${[...hashes, "end"].join("\n")}\n`);
        await removeOld(folder);
      } catch {
        // A full disk or a read-only cache folder: the next question fetches again.
      }
    },
  };
}

async function removeOld(folder: string): Promise<void> {
  const names = (await readdir(folder)).filter((name) => /^[0-9a-f]{64}\.txt$/.test(name));
  if (names.length <= kept) return;
  const dated = await Promise.all(
    names.map(async (name) => ({ name, time: (await stat(path.join(folder, name))).mtimeMs })),
  );
  const old = dated.sort((a, b) => b.time - a.time).slice(kept);
  await Promise.all(old.map(({ name }) => rm(path.join(folder, name), { force: true })));
}

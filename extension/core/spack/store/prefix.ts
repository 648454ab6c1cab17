import { readdir, stat } from "node:fs/promises";
import path from "node:path";
import { messageOf, systemCode } from "../../base/errors.ts";
import { type PathTranslation, samePaths } from "../../site/paths.ts";
import type { StoreRecord } from "./database.ts";

/** Whether a prefix is really there: Spack trusts its database alone, and says "installed" of what was removed. */
export type PrefixState =
  | { readonly state: "present" }
  | { readonly state: "missing" }
  | { readonly state: "unknown"; readonly why: string };

const present: PrefixState = { state: "present" };
const missing: PrefixState = { state: "missing" };

/** From this many prefixes in one folder on, listing the folder is cheaper than asking for each. */
const worthListing = 6;

/** Whether there is a folder at `prefix` (a path of the site). Never throws. */
export async function prefixState(prefix: string, paths: PathTranslation = samePaths): Promise<PrefixState> {
  const local = paths.local(prefix);
  try {
    return (await stat(local)).isDirectory()
      ? present
      : { state: "unknown", why: `${local} is not a folder` };
  } catch (error) {
    const code = systemCode(error);
    if (code === "ENOENT" || code === "ENOTDIR") return missing;
    return { state: "unknown", why: `${local} cannot be examined: ${messageOf(error)}` };
  }
}

/**
 * The state of each record's prefix, by prefix; records without one are left out. All prefixes of a store lie in a few
 * folders, so that a store of thousands costs a few listings.
 */
export async function prefixStates(
  records: Iterable<StoreRecord>,
  paths: PathTranslation = samePaths,
): Promise<ReadonlyMap<string, PrefixState>> {
  const byFolder = new Map<string, string[]>();
  for (const { prefix } of records) {
    if (prefix === undefined) continue;
    const folder = path.dirname(prefix);
    const beside = byFolder.get(folder);
    if (beside === undefined) byFolder.set(folder, [prefix]);
    else beside.push(prefix);
  }
  const states = new Map<string, PrefixState>();
  await Promise.all([...byFolder].map(([folder, prefixes]) => examine(folder, prefixes, paths, states)));
  return states;
}

async function examine(
  folder: string,
  prefixes: readonly string[],
  paths: PathTranslation,
  states: Map<string, PrefixState>,
): Promise<void> {
  const listed = prefixes.length < worthListing ? undefined : await listFolders(paths.local(folder));
  const doubtful: string[] = [];
  for (const prefix of prefixes) {
    const name = path.basename(prefix);
    // By its own translation too: something may be mounted below the folder.
    const plain = listed !== undefined && paths.local(prefix) === path.join(listed.folder, name);
    if (plain && listed.folders.has(name)) states.set(prefix, present);
    else if (plain && !listed.others.has(name)) states.set(prefix, missing);
    else doubtful.push(prefix);
  }
  await Promise.all(doubtful.map(async (prefix) => states.set(prefix, await prefixState(prefix, paths))));
}

interface Listing {
  readonly folder: string;
  readonly folders: ReadonlySet<string>;
  /** Links, and what is not a folder. */
  readonly others: ReadonlySet<string>;
}

async function listFolders(folder: string): Promise<Listing | undefined> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    const [folders, others] = [new Set<string>(), new Set<string>()];
    for (const entry of entries) (entry.isDirectory() ? folders : others).add(entry.name);
    return { folder, folders, others };
  } catch {
    return undefined;
  }
}

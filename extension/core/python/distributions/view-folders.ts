import { readlink } from "node:fs/promises";
import path from "node:path";
import type { PathTranslation } from "../../site/paths.ts";
import type { StoreDatabase, StoreRecord } from "../../spack/store/database.ts";
import { readView } from "../../spack/view/read-view.ts";
import type { SpackDistribution } from "./distribution.ts";
import { isMetadataName, readDistribution } from "./read-distribution.ts";
import { listFolder, sitePackagesBelow } from "./read-site-packages.ts";

export interface ViewFolders {
  /** The view's site-packages that are there, at the site. */
  readonly folders: readonly string[];
  /** The same folders without the link that the view's root is: a link of the site may lead nowhere here. */
  readonly real: readonly string[];
  readonly names: ReadonlySet<string>;
}

/** Undefined when there is no view, or it was not made yet. */
export async function readViewFolders(
  root: string | undefined,
  series: string,
  paths: PathTranslation,
): Promise<ViewFolders | undefined> {
  if (root === undefined) return undefined;
  const { view } = await readView(root, paths);
  if (view.state === "missing" || (view.state === "linked" && !view.targetExists)) return undefined;
  const target = view.state === "linked" ? view.target : root;
  const folders: string[] = [];
  const real: string[] = [];
  const names = new Set<string>();
  for (const folder of sitePackagesBelow("", series)) {
    const entries = await listFolder(paths.local(path.posix.join(target, folder)));
    // lib64 is a link to the empty one of python-venv, mostly.
    if (entries === undefined || entries.length === 0) continue;
    folders.push(path.posix.join(root, folder));
    real.push(path.posix.join(target, folder));
    for (const entry of entries) names.add(entry);
  }
  return { folders, real, names };
}

export interface LinkSource {
  readonly databases: readonly StoreDatabase[];
  readonly paths: PathTranslation;
}

/**
 * What a view shows beside `known`: distributions of packages that are in the store and not in the lock, as in a view that is
 * older than it; and the metadata that no package of the store brought (`foreign`).
 */
export async function linkedDistributions(
  { real, names }: ViewFolders,
  known: readonly SpackDistribution[],
  source: LinkSource,
): Promise<{ readonly distributions: readonly SpackDistribution[]; readonly foreign: readonly string[] }> {
  const owned = new Set(known.map(({ metadata }) => metadata));
  const rest = [...names].filter((name) => isMetadataName(name) && !owned.has(name)).sort();
  const distributions: SpackDistribution[] = [];
  const foreign: string[] = [];
  for (const entry of rest) {
    const found = await linkedDistribution(real, entry, source);
    if (found === undefined) foreign.push(entry);
    else distributions.push(found);
  }
  return { distributions, foreign };
}

async function linkedDistribution(
  folders: readonly string[],
  entry: string,
  { databases, paths }: LinkSource,
): Promise<SpackDistribution | undefined> {
  const target = await firstLink(folders, entry, paths);
  const record = target === undefined ? undefined : recordAt(target, databases);
  if (target === undefined || record?.prefix === undefined) return undefined;
  const folder = target.slice(0, target.indexOf(`/${entry}`));
  const distribution = await readDistribution(paths.local(folder), entry, () => {});
  if (distribution === undefined) return undefined;
  const { name, version, hash, prefix } = record;
  return { ...distribution, owner: { name, version, hash, prefix }, folder };
}

/** Where the metadata's own file, or the entry itself, is linked to. */
async function firstLink(
  folders: readonly string[],
  entry: string,
  paths: PathTranslation,
): Promise<string | undefined> {
  for (const folder of folders) {
    for (const file of [`${entry}/METADATA`, `${entry}/PKG-INFO`, entry]) {
      const place = path.posix.join(folder, file);
      const target = await readlink(paths.local(place)).catch(() => undefined);
      if (target !== undefined) return path.posix.resolve(path.posix.dirname(place), target);
    }
  }
  return undefined;
}

function recordAt(file: string, databases: readonly StoreDatabase[]): StoreRecord | undefined {
  for (const { records } of databases) {
    for (const record of records.values()) {
      if (record.prefix !== undefined && file.startsWith(`${record.prefix}/`)) return record;
    }
  }
  return undefined;
}

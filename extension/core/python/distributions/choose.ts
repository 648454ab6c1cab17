import { readlink } from "node:fs/promises";
import path from "node:path";
import type { PathTranslation } from "../../site/paths.ts";
import type { SpackDistribution } from "./distribution.ts";
import type { ViewFolders } from "./view-folders.ts";

/** With `unify: false` several packages may bring one distribution; what the view links to is the one that is imported. */
export async function chooseOnePerName(
  found: readonly SpackDistribution[],
  view: ViewFolders | undefined,
  paths: PathTranslation,
): Promise<{ readonly chosen: readonly SpackDistribution[]; readonly hidden: readonly SpackDistribution[] }> {
  const groups = new Map<string, SpackDistribution[]>();
  for (const one of found) groups.set(one.name, [...(groups.get(one.name) ?? []), one]);
  const chosen: SpackDistribution[] = [];
  const hidden: SpackDistribution[] = [];
  for (const group of groups.values()) {
    const linked = group.length > 1 && view ? await linkedOf(group, view, paths) : undefined;
    const one = linked ?? group.at(-1);
    for (const each of group) (each === one ? chosen : hidden).push(each);
  }
  const byName = (a: SpackDistribution, b: SpackDistribution) => (a.name < b.name ? -1 : 1);
  return { chosen: chosen.sort(byName), hidden: hidden.sort(byName) };
}

async function linkedOf(
  group: readonly SpackDistribution[],
  view: ViewFolders,
  paths: PathTranslation,
): Promise<SpackDistribution | undefined> {
  for (const folder of view.real) {
    for (const module of new Set(group.flatMap(({ modules }) => modules))) {
      for (const file of [`${module}/__init__.py`, `${module}.py`]) {
        const place = paths.local(path.posix.join(folder, file));
        const link = await readlink(place).catch(() => "");
        const one = group.find(({ owner }) => link.startsWith(`${owner.prefix}/`));
        if (one !== undefined) return one;
      }
    }
  }
  return undefined;
}

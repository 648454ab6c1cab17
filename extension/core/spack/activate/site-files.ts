import { existsSync, statSync } from "node:fs";
import type { PathTranslation } from "../../site/paths.ts";

/** Tells folders of the site; each is looked for once. */
export function folderTest(paths: PathTranslation): (sitePath: string) => boolean {
  const known = new Map<string, boolean>();
  return (sitePath) => {
    const before = known.get(sitePath);
    if (before !== undefined) return before;
    const found = statSync(paths.local(sitePath), { throwIfNoEntry: false })?.isDirectory() ?? false;
    known.set(sitePath, found);
    return found;
  };
}

/** Tells whatever the site has at a path. */
export function fileTest(paths: PathTranslation): (sitePath: string) => boolean {
  return (sitePath) => existsSync(paths.local(sitePath));
}

import { existsSync, statSync } from "node:fs";
import type { PathTranslation } from "../../site/paths.ts";

/** Tells folders of the site; each is looked for once. What may not be looked at is none, as for Spack. */
export function folderTest(paths: PathTranslation): (sitePath: string) => boolean {
  const known = new Map<string, boolean>();
  return (sitePath) => {
    const before = known.get(sitePath);
    if (before !== undefined) return before;
    const found = isFolder(paths.local(sitePath));
    known.set(sitePath, found);
    return found;
  };
}

function isFolder(file: string): boolean {
  try {
    return statSync(file, { throwIfNoEntry: false })?.isDirectory() ?? false;
  } catch {
    return false;
  }
}

/** Tells whatever the site has at a path. */
export function fileTest(paths: PathTranslation): (sitePath: string) => boolean {
  return (sitePath) => existsSync(paths.local(sitePath));
}

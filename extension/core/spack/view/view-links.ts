import { readdir, readlink } from "node:fs/promises";
import path from "node:path";
import { forEachParallel } from "../../base/parallel.ts";
import type { PathTranslation } from "../../site/paths.ts";

/** A symbolic link in a view. */
export interface ViewLink {
  /** Relative to the view. */
  readonly name: string;
  /** As the site knows it, absolute. */
  readonly target: string;
}

/** Every symbolic link below `folder` (a path of the site), links not followed. Throws when it cannot be read. */
export async function viewLinks(
  folder: string,
  paths: PathTranslation,
  signal?: AbortSignal,
): Promise<readonly ViewLink[]> {
  const found: ViewLink[] = [];
  let ring = [""];
  while (ring.length > 0) {
    const next: string[] = [];
    await forEachParallel(ring, 16, async (parent) => {
      signal?.throwIfAborted();
      const entries = await readdir(path.join(paths.local(folder), parent), { withFileTypes: true });
      await Promise.all(
        entries.map(async (entry) => {
          const name = parent === "" ? entry.name : `${parent}/${entry.name}`;
          if (entry.isDirectory()) next.push(name);
          if (!entry.isSymbolicLink()) return;
          const target = await readlink(path.join(paths.local(folder), name));
          found.push({ name, target: path.posix.resolve(folder, path.posix.dirname(name), target) });
        }),
      );
    });
    ring = next;
  }
  return found.sort((a, b) => (a.name < b.name ? -1 : 1));
}

import { lstat, readlink } from "node:fs/promises";
import path from "node:path";
import { systemCode } from "../../base/errors.ts";
import type { PathTranslation } from "../../site/paths.ts";

/** As Linux has it. */
const mostLinks = 40;

/**
 * Whether a path of the site exists there, links followed as the site follows them: an absolute link in a store that
 * another mount shows means a path of the site, not of this machine. Undefined when it leads to where this process
 * cannot look.
 */
export async function pathExists(sitePath: string, paths: PathTranslation): Promise<boolean | undefined> {
  return follow(sitePath, paths, paths.local(sitePath) !== sitePath, mostLinks);
}

async function follow(
  sitePath: string,
  paths: PathTranslation,
  elsewhere: boolean,
  left: number,
): Promise<boolean | undefined> {
  const local = paths.local(sitePath);
  if (elsewhere && local === sitePath) return undefined;
  try {
    if (!(await lstat(local)).isSymbolicLink()) return true;
    if (left === 0) return false;
    const target = path.posix.resolve(path.posix.dirname(sitePath), await readlink(local));
    return follow(target, paths, elsewhere, left - 1);
  } catch (error) {
    const code = systemCode(error);
    if (code !== "ENOENT" && code !== "ENOTDIR" && code !== "ELOOP") return undefined;
    return elsewhere && left > 0 ? followFolders(sitePath, paths, left) : false;
  }
}

/** A folder on the way may be an absolute link, which this machine followed to a path of its own. */
async function followFolders(
  sitePath: string,
  paths: PathTranslation,
  left: number,
): Promise<boolean | undefined> {
  const parts = sitePath.split("/");
  for (let end = 2; end < parts.length; end++) {
    const folder = parts.slice(0, end).join("/");
    const target = await readlink(paths.local(folder)).catch(() => undefined);
    if (target === undefined || paths.local(folder) === folder) continue;
    const real = path.posix.resolve(path.posix.dirname(folder), target, ...parts.slice(end));
    return follow(real, paths, true, left - 1);
  }
  return false;
}

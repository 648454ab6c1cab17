import { realpath } from "node:fs/promises";
import path from "node:path";
import type { PathTranslation } from "./paths.ts";

/** A folder of the host and where the container has it; absolute paths. */
export interface SiteMount {
  readonly source: string;
  readonly target: string;
}

/**
 * Translation along mounts. Of nested mounts the deepest counts, as in the container. A host path is also known by its
 * form with symbolic links resolved, because tools report paths either way.
 */
export async function mountTranslation(mounts: readonly SiteMount[]): Promise<PathTranslation> {
  const resolved = await Promise.all(
    mounts.map(async ({ source, target }) => ({ source: await realPath(source), target })),
  );
  return translate(mounts, resolved);
}

function translate(mounts: readonly SiteMount[], resolved: readonly SiteMount[]): PathTranslation {
  const byTarget = deepestFirst(mounts, ({ target }) => target);
  const bySource = deepestFirst([...mounts, ...resolved], ({ source }) => source);
  return {
    local: (sitePath) =>
      moved(
        sitePath,
        byTarget,
        ({ target }) => target,
        ({ source }) => source,
        path,
      ),
    site: (localPath) =>
      moved(
        localPath,
        bySource,
        ({ source }) => source,
        ({ target }) => target,
        path.posix,
      ),
  };
}

function moved(
  original: string,
  mounts: readonly SiteMount[],
  from: (mount: SiteMount) => string,
  to: (mount: SiteMount) => string,
  rules: Pick<typeof path, "join">,
): string {
  for (const mount of mounts) {
    const below = withinFolder(from(mount), original);
    if (below !== undefined) return below === "" ? to(mount) : rules.join(to(mount), below);
  }
  return original;
}

/** The rest of `file` below `folder`; undefined when it is elsewhere. */
function withinFolder(folder: string, file: string): string | undefined {
  const top = folder.replace(/\/+$/, "");
  if (file === folder || file === top) return "";
  return file.startsWith(`${top}/`) ? file.slice(top.length + 1) : undefined;
}

function deepestFirst(mounts: readonly SiteMount[], key: (mount: SiteMount) => string): readonly SiteMount[] {
  return [...mounts].sort((a, b) => key(b).length - key(a).length);
}

async function realPath(folder: string): Promise<string> {
  try {
    return await realpath(folder);
  } catch {
    return folder;
  }
}

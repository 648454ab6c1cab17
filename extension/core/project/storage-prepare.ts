import { constants } from "node:fs";
import { access, chmod, mkdir } from "node:fs/promises";
import type { StorageMount } from "./storage.ts";
import { storageError } from "./storage-error.ts";

/**
 * Makes the folders of the layout that are missing (mode 0755, this user's), and checks that those mounted writable can be
 * written to. Returns the folders made. Throws SYG-STORAGE, with the next step, for the first that cannot be used.
 */
export async function prepareStorage(
  layout: readonly StorageMount[],
  signal?: AbortSignal,
): Promise<readonly string[]> {
  const made: string[] = [];
  for (const mount of layout) {
    signal?.throwIfAborted();
    if (await prepareFolder(mount)) made.push(mount.source);
  }
  return made;
}

/** True when it was made. */
async function prepareFolder({ source, readonly }: StorageMount): Promise<boolean> {
  try {
    const made = (await mkdir(source, { recursive: true, mode: 0o755 })) !== undefined;
    // A strict umask would keep other users of the container out of it.
    if (made) await chmod(source, 0o755);
    await access(source, readonly ? constants.R_OK : constants.W_OK | constants.X_OK);
    return made;
  } catch (cause) {
    throw await storageError(source, cause);
  }
}

import { constants } from "node:fs";
import { access, chmod, mkdir, stat } from "node:fs/promises";
import { systemCode } from "../base/errors.ts";
import type { StorageMount } from "./storage.ts";
import { storageError } from "./storage-error.ts";

/**
 * Makes the folders of the layout that are missing (mode 0755, this user's), and checks that those mounted writable can be
 * written to. Returns the folders made. Throws SYG-STORAGE, with the next step, for the first that cannot be used.
 * `rootGives`: the container's root is this machine's root, so that a folder of root's (an engine made it) will do: the
 * container's start.sh gives it to the user.
 */
export async function prepareStorage(
  layout: readonly StorageMount[],
  signal?: AbortSignal,
  rootGives = false,
): Promise<readonly string[]> {
  const made: string[] = [];
  for (const mount of layout) {
    signal?.throwIfAborted();
    if (await prepareFolder(mount, rootGives)) made.push(mount.source);
  }
  return made;
}

/** True when it was made. */
async function prepareFolder({ source, readonly }: StorageMount, rootGives: boolean): Promise<boolean> {
  try {
    const made = (await mkdir(source, { recursive: true, mode: 0o755 })) !== undefined;
    // A strict umask would keep other users of the container out of it.
    if (made) await chmod(source, 0o755);
    await access(source, readonly ? constants.R_OK : constants.W_OK | constants.X_OK).catch(async (error) => {
      if (!rootGives || systemCode(error) !== "EACCES" || (await stat(source)).uid !== 0) throw error;
    });
    return made;
  } catch (cause) {
    throw await storageError(source, cause);
  }
}

import { statfs } from "node:fs/promises";
import path from "node:path";
import { systemCode } from "../../base/errors.ts";

/** Bytes that an ordinary user may still write where `folder` is, or will be: at its nearest ancestor that exists. */
export async function freeBytes(folder: string): Promise<number> {
  try {
    const { bavail, bsize } = await statfs(folder);
    return bavail * bsize;
  } catch (error) {
    const parent = path.dirname(folder);
    const missing = systemCode(error) === "ENOENT" || systemCode(error) === "ENOTDIR";
    if (!missing || parent === folder) throw error;
    return freeBytes(parent);
  }
}

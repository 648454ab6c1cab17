import { stat } from "node:fs/promises";
import { systemCode } from "../../base/errors.ts";
import type { SpackContext } from "../context/context.ts";

/** Whether a path at the site is a folder, a file or nothing; throws what the file system says otherwise. */
export async function kindOfPath(
  sitePath: string,
  context: SpackContext,
): Promise<"file" | "folder" | undefined> {
  try {
    return (await stat(context.paths.local(sitePath))).isDirectory() ? "folder" : "file";
  } catch (error) {
    if (systemCode(error) === "ENOENT" || systemCode(error) === "ENOTDIR") return undefined;
    throw error;
  }
}

import { lstat, readdir } from "node:fs/promises";
import path from "node:path";
import { isJsonObject } from "../../base/json-fields.ts";
import { type PathTranslation, samePaths } from "../../site/paths.ts";
import { readMetadataJson } from "./metadata-file.ts";

export interface InstallSize {
  readonly bytes: number;
  readonly files: number;
  /** `manifest`: as recorded when it was installed. `walk`: what lies there now. */
  readonly from: "manifest" | "walk";
}

/**
 * How much the install at `prefix` (a path of the site) takes: from its manifest, which costs one file to read, else by
 * walking it. Undefined when neither is possible.
 */
export async function installSize(
  prefix: string,
  options: { readonly signal?: AbortSignal; readonly paths?: PathTranslation } = {},
): Promise<InstallSize | undefined> {
  const local = (options.paths ?? samePaths).local(prefix);
  const manifest = await readMetadataJson(local, "install_manifest.json", options.signal);
  if (manifest?.known === true) {
    const sizes = Object.values(manifest.value).flatMap((entry) =>
      isJsonObject(entry) && typeof entry["size"] === "number" ? [entry["size"]] : [],
    );
    return { bytes: sizes.reduce((sum, size) => sum + size, 0), files: sizes.length, from: "manifest" };
  }
  return walk(local, options.signal);
}

/** Hard links to one file count once, as on disk. */
async function walk(root: string, signal: AbortSignal | undefined): Promise<InstallSize | undefined> {
  const seen = new Set<string>();
  let bytes = 0;
  let files = 0;
  const pending = [root];
  try {
    for (let folder = pending.pop(); folder !== undefined; folder = pending.pop()) {
      signal?.throwIfAborted();
      for (const entry of await readdir(folder, { withFileTypes: true })) {
        const file = path.join(folder, entry.name);
        if (entry.isDirectory()) pending.push(file);
        if (!entry.isFile()) continue;
        const { dev, ino, nlink, size } = await lstat(file);
        files++;
        if (nlink > 1 && seen.has(`${dev}:${ino}`)) continue;
        seen.add(`${dev}:${ino}`);
        bytes += size;
      }
    }
  } catch {
    signal?.throwIfAborted();
    return undefined;
  }
  return { bytes, files, from: "walk" };
}

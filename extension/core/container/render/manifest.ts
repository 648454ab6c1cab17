import path from "node:path";
import { messageOf, SygaldryError } from "../../base/errors.ts";
import { readTextIfExists, sha256 } from "../../base/files.ts";
import { isTree } from "../../project/merge.ts";
import { devcontainerFolder, type RenderedFile } from "./files.ts";

/**
 * .devcontainer/.sygaldry.json: which files Sygaldry rendered, and the SHA-256 they then had. It tells a file that was
 * edited by hand, or that somebody else wrote, from one that is merely stale.
 */
export interface RenderManifest {
  readonly version: 1;
  readonly mode: "host" | "portable";
  readonly cacheMounts: boolean;
  /** Path below the repository root → SHA-256 in hex. */
  readonly files: Readonly<Record<string, string>>;
}

const manifestPath = `${devcontainerFolder}/.sygaldry.json`;

export function manifestFile(manifest: RenderManifest): RenderedFile {
  return { path: manifestPath, content: `${JSON.stringify(manifest, null, 2)}\n`, executable: false };
}

export function manifestOf(
  files: readonly RenderedFile[],
  mode: RenderManifest["mode"],
  cacheMounts: boolean,
): RenderManifest {
  const sums = files
    .map(({ path: name, content }) => [name, sha256(content)] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return { version: 1, mode, cacheMounts, files: Object.fromEntries(sums) };
}

/** Undefined when nothing was rendered yet. Throws SYG-RENDER-EDITED for a manifest that is not one. */
export async function readManifest(root: string): Promise<RenderManifest | undefined> {
  const text = await readTextIfExists(path.join(root, manifestPath));
  if (text === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    if (isTree(value) && value["version"] === 1 && isTree(value["files"])) {
      return {
        version: 1,
        mode: value["mode"] === "portable" ? "portable" : "host",
        cacheMounts: value["cacheMounts"] === true,
        files: Object.fromEntries(Object.entries(value["files"]).map(([name, sum]) => [name, String(sum)])),
      };
    }
    throw new Error("not a manifest of version 1");
  } catch (cause) {
    throw new SygaldryError("SYG-RENDER-EDITED", `${manifestPath} cannot be read: ${messageOf(cause)}`, {
      cause,
      next: "Restore it from version control, or run `sygaldry render --force`, which keeps copies of what it replaces.",
    });
  }
}

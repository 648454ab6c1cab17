import path from "node:path";
import { readTextIfExists, sha256 } from "../../base/files.ts";
import type { RenderedFile } from "../../base/rendered/rendered-file.ts";
import { isTree } from "../../project/merge.ts";
import { devcontainerFolder } from "./files.ts";

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

/**
 * Undefined when nothing was rendered yet, and for a manifest that is not one: what lies there then counts as somebody
 * else's, which only `--force` overwrites. Paths that leave the repository are dropped, because a repository brings its
 * manifest along and obsolete files are removed.
 */
export async function readManifest(root: string): Promise<RenderManifest | undefined> {
  const text = await readTextIfExists(path.join(root, manifestPath));
  if (text === undefined) return undefined;
  const value = parseJson(text);
  if (!isTree(value) || value["version"] !== 1 || !isTree(value["files"])) return undefined;
  const files = Object.entries(value["files"]).filter(([name]) => isBelow(name));
  return {
    version: 1,
    mode: value["mode"] === "portable" ? "portable" : "host",
    cacheMounts: value["cacheMounts"] === true,
    files: Object.fromEntries(files.map(([name, sum]) => [name, String(sum)])),
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isBelow(name: string): boolean {
  return !path.isAbsolute(name) && !name.split(/[\\/]/).includes("..");
}

import path from "node:path";
import { readTextIfExists } from "../../base/files.ts";
import { isJsonObject } from "../../base/json-fields.ts";
import type { SpackRepository, WorkspaceInfo } from "./info.ts";

/**
 * The modules whose source a resolution looked at (`registryFileHashes` of MODULE.bazel.lock, Bazel 7.2 and newer). Of an
 * older lock, or a broken one, nothing.
 */
export async function lockedModules(root: string): Promise<WorkspaceInfo["modules"]> {
  const text = await readTextIfExists(path.join(root, "MODULE.bazel.lock"));
  const lock = text === undefined ? undefined : parse(text);
  const hashes = isJsonObject(lock) ? lock["registryFileHashes"] : undefined;
  // Of every version that was looked at there is a MODULE.bazel, of the one that was taken a source.json too.
  return Object.keys(isJsonObject(hashes) ? hashes : {})
    .flatMap((url) => {
      const [, name, version] = /\/modules\/([^/]+)\/([^/]+)\/source\.json$/.exec(url) ?? [];
      return name === undefined || version === undefined ? [] : [{ name, version }];
    })
    .sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** What MODULE.bazel or WORKSPACE asks of the @spack rules, by their text. */
export async function spackRepositories(
  root: string,
  external: readonly string[],
): Promise<readonly SpackRepository[]> {
  const files = await Promise.all(
    ["MODULE.bazel", "WORKSPACE.bazel", "WORKSPACE"].map((name) => readTextIfExists(path.join(root, name))),
  );
  const text = files.join("\n").replace(/^\s*#.*$/gm, "");
  return [...text.matchAll(/\bspack(?:\.environment|_environment)\(([^)]*)\)/g)].map(([, args = ""]) => {
    const [, name = "spack"] = /\bname\s*=\s*"([^"]+)"/.exec(args) ?? [];
    const [, lock] = /\block\s*=\s*"([^"]+)"/.exec(args) ?? [];
    // `spack` of a WORKSPACE; of a module extension with the module's name before it, by ~ or from Bazel 8 on by +.
    const fetched = external.some(
      (folder) => folder === name || (/[~+]/.test(folder) && folder.split(/[~+]/).at(-1) === name),
    );
    return { name, lock, fetched };
  });
}

import path from "node:path";
import { fileURLToPath } from "node:url";

/** The root of this repository, absolute. */
export const repositoryRoot = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..", "..");

/** A path below the repository's root, absolute. */
export function inRepository(...parts: readonly string[]): string {
  return path.join(repositoryRoot, ...parts);
}

/** The programs that npm installed for this repository (Node 24, vitest, devcontainer …). */
export const binFolder = inRepository("node_modules", ".bin");

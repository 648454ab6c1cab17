import { constants } from "node:fs";
import { access, realpath, stat } from "node:fs/promises";
import path from "node:path";
import type { Environment } from "../overrides.ts";

/** The programs of these names on PATH, in its order, each once even when links lead to it twice. */
export async function executablesOnPath(
  names: readonly string[],
  environment: Environment,
): Promise<readonly string[]> {
  const folders = (environment["PATH"] ?? "")
    .split(path.delimiter)
    .filter((folder) => path.isAbsolute(folder));
  const candidates = folders.flatMap((folder) => names.map((name) => path.join(folder, name)));
  const resolved = await Promise.all(candidates.map(resolveExecutable));
  return candidates.filter(
    (_, index) => resolved[index] !== undefined && resolved.indexOf(resolved[index]) === index,
  );
}

export async function isExecutable(file: string): Promise<boolean> {
  return (await resolveExecutable(file)) !== undefined;
}

async function resolveExecutable(file: string): Promise<string | undefined> {
  try {
    await access(file, constants.X_OK);
    return (await stat(file)).isFile() ? await realpath(file) : undefined;
  } catch {
    return undefined;
  }
}

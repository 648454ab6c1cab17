import { readdir, readFile, stat } from "node:fs/promises";
import path from "node:path";
import type { RecipeRepository } from "./recipe-repositories.ts";

/** The recipes of a repository: each package's file by its name. */
export type PackageNames = ReadonlyMap<string, string>;

const known = new Map<string, { readonly stamp: string; readonly names: PackageNames }>();

/**
 * The packages of a repository by listing its folder, which no recipe is read for; remembered until the folder changes. Empty
 * when it is not there.
 */
export async function packageNames({ folder }: RecipeRepository): Promise<PackageNames> {
  const packages = path.join(folder, "packages");
  const stamp = await stat(packages).then(
    ({ mtimeMs, ino }) => `${ino} ${mtimeMs}`,
    () => undefined,
  );
  if (stamp === undefined) return new Map();
  const found = known.get(packages);
  if (found?.stamp === stamp) return found.names;
  const [folders, description] = await Promise.all([
    readdir(packages, { withFileTypes: true }).catch(() => []),
    readFile(path.join(folder, "repo.yaml"), "utf8").catch(() => ""),
  ]);
  const modules = /^\s+api:\s*['"]?v[2-9]/m.test(description);
  const names = new Map(
    folders
      .filter((entry) => !entry.isFile() && !entry.name.startsWith("__") && !entry.name.startsWith("."))
      .map(
        ({ name }) => [modules ? packageName(name) : name, path.join(packages, name, "package.py")] as const,
      ),
  );
  known.set(packages, { stamp, names });
  return names;
}

/** Of a Python module: `py_numpy` → py-numpy, `_7zip` → 7zip, and `_pass` → pass, since that is a word of Python. */
function packageName(module: string): string {
  return module.replace(/^_/, "").replaceAll("_", "-");
}

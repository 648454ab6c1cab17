import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { parse } from "yaml";
import type { SpackContext } from "../context/context.ts";
import { at, type ConfigValue, textOf, textsOf } from "../manifest/config-value.ts";
import type { Manifest } from "../manifest/manifest.ts";
import { expandPath } from "../manifest/path-variables.ts";
import { mergedSection } from "../manifest/scopes.ts";

/** A repository of recipes that lies on this machine. */
export interface RecipeRepository {
  /** Its key below `repos`, `builtin` for Spack's own. */
  readonly name: string;
  /** The folder with repo.yaml and packages; of this machine. */
  readonly folder: string;
}

/**
 * The repositories of an environment, the first that has a package first: those of the `repos` section, and Spack's own as Spack
 * 1.0 and later clone it (below `package_repos` of the user's cache) or as older ones have it. Those that are not here are left out.
 */
export async function recipeRepositories(
  manifest: Manifest,
  context: SpackContext,
): Promise<readonly RecipeRepository[]> {
  const section = mergedSection(manifest.scopes, "repos");
  const entries = section?.kind === "map" ? section.entries : [];
  const named = entries.map(({ key, value }) => ({ name: key, value }));
  const listed = section?.kind === "list" ? section.items.map((value) => ({ name: "", value })) : [];
  const own = await Promise.all(
    [...named, ...listed].map(async ({ name, value }) =>
      (await foldersOf(value, manifest.folder, context)).map((folder) => ({ name, folder })),
    ),
  );
  const builtin = named.some(({ name }) => name === "builtin") ? [] : await builtinFolders(context);
  const found = [...own.flat(), ...builtin.map((folder) => ({ name: "builtin", folder }))];
  const there = await Promise.all(found.map(({ folder }) => readText(path.join(folder, "repo.yaml"))));
  return found.filter((_, index) => there[index] !== undefined);
}

async function foldersOf(
  value: ConfigValue,
  folder: string,
  context: SpackContext,
): Promise<readonly string[]> {
  const local = (text: string | undefined) => {
    const expanded =
      text === undefined ? undefined : expandPath(text, { folder, environmentFolder: folder }, context);
    return expanded?.known && !expanded.remote ? context.paths.local(expanded.path) : undefined;
  };
  const plain = local(textOf(value));
  if (plain !== undefined) return [plain];
  const clone = local(textOf(at(value, "destination")));
  if (clone === undefined) return textOf(at(value, "git")) === undefined ? [] : builtinFolders(context);
  const paths = textsOf(at(value, "paths")).map(({ text }) => path.join(clone, text));
  return paths.length > 0 ? paths : indexedFolders(clone);
}

async function builtinFolders({ userCachePath, spackRoot, paths }: SpackContext): Promise<readonly string[]> {
  const cache =
    userCachePath === undefined ? undefined : path.join(paths.local(userCachePath), "package_repos");
  const clones = cache === undefined ? [] : await readdir(cache).catch(() => []);
  const cloned = await Promise.all(clones.sort().map((name) => indexedFolders(path.join(cache ?? "", name))));
  const old = spackRoot === undefined ? [] : [path.join(paths.local(spackRoot), "var/spack/repos/builtin")];
  return [...cloned.flat(), ...old];
}

/** What a clone's spack-repo-index.yaml lists. */
async function indexedFolders(clone: string): Promise<readonly string[]> {
  const text = await readText(path.join(clone, "spack-repo-index.yaml"));
  try {
    const index: unknown = parse(text ?? "");
    const listed: unknown = Reflect.get(Object(Reflect.get(Object(index), "repo_index")), "paths");
    const folders = Array.isArray(listed) ? listed.filter((one) => typeof one === "string") : [];
    return folders.map((one) => path.join(clone, one));
  } catch {
    return [];
  }
}

async function readText(file: string): Promise<string | undefined> {
  return readFile(file, "utf8").catch(() => undefined);
}

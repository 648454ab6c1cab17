import path from "node:path";
import { parse } from "yaml";
import { messageOf, SygaldryError } from "../base/errors.ts";
import { readTextIfExists } from "../base/files.ts";
import type { PathTranslation } from "../site/paths.ts";

/** One scope of Spack's configuration: a folder with a YAML file for each section. Paths of the site. */
export interface ScopeFolder {
  readonly name: "system" | "site" | "user";
  readonly folder: string;
}

/** What finding the scopes needs to know of the site. */
export interface SpackHome {
  /** Spack's own folder ($spack). */
  readonly root: string;
  readonly home: string;
  readonly user: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** The scopes between Spack's defaults and an environment, lowest precedence first (Spack 1.0 and 1.1). */
export function scopeFolders({ root, home, environment }: SpackHome): readonly ScopeFolder[] {
  const site: ScopeFolder = { name: "site", folder: path.posix.join(root, "etc/spack") };
  if (environment["SPACK_DISABLE_LOCAL_CONFIG"]) return [site];
  const system = environment["SPACK_SYSTEM_CONFIG_PATH"] || "/etc/spack";
  const user = environment["SPACK_USER_CONFIG_PATH"] || path.posix.join(home, ".spack");
  return [{ name: "system", folder: system }, site, { name: "user", folder: user }];
}

/** A section of a scope (`modules`, `config` …); undefined where the scope has none. Throws SYG-SPACK-ENV for bad YAML. */
export async function readSection(
  { folder }: ScopeFolder,
  section: string,
  paths: PathTranslation,
): Promise<unknown> {
  const file = path.join(paths.local(folder), `${section}.yaml`);
  const text = await readTextIfExists(file);
  if (text === undefined) return undefined;
  try {
    const content: unknown = parse(text);
    return isMapping(content) ? (content[section] ?? content[`${section}:`]) : undefined;
  } catch (cause) {
    throw new SygaldryError("SYG-SPACK-ENV", `${file} is no valid YAML: ${messageOf(cause)}`, { cause });
  }
}

/** The store's folder: `config:install_tree:root` of the highest scope that has one, else Spack's default. */
export function installRoot(configs: readonly unknown[], spack: SpackHome): string {
  for (const config of configs.toReversed()) {
    const tree = isMapping(config) ? (config["install_tree"] ?? config["install_tree:"]) : undefined;
    const root = isMapping(tree) ? tree["root"] : tree;
    if (typeof root === "string" && root !== "") return substitute(root, spack);
  }
  return path.posix.join(spack.root, "opt/spack");
}

/** A path with Spack's variables put in (those that do not depend on the platform) and `~`. */
export function substitute(
  text: string,
  { root, home, user, environment }: SpackHome,
  environmentFolder?: string,
): string {
  const own: Readonly<Record<string, string | undefined>> = {
    ...{ spack: root, user, tempdir: environment["TMPDIR"] || "/tmp", env: environmentFolder },
    user_cache_path: environment["SPACK_USER_CACHE_PATH"] || path.posix.join(home, ".spack"),
  };
  return text
    .replace(/^~(?=\/|$)/, home)
    .replace(/\$(?:\{(\w+)\}|(\w+))/g, (all, braced: string | undefined, bare: string | undefined) => {
      const name = braced ?? bare ?? "";
      return own[name.toLowerCase()] ?? environment[name] ?? all;
    });
}

function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

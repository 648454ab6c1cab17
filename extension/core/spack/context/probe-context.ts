import { access, readFile } from "node:fs/promises";
import path from "node:path";
import { parseEnv } from "node:util";
import type { PathTranslation } from "../../site/paths.ts";
import type { ScopeFolder, SpackContext } from "./context.ts";
import { detectTarget } from "./detect-target.ts";
import type { SiteFacts } from "./site-facts.ts";

export interface ContextOptions {
  readonly paths: PathTranslation;
  /** Spack's folder at the site; SPACK_ROOT of the site's environment when absent. */
  readonly spackRoot?: string;
  readonly signal?: AbortSignal;
}

/** What Spack would know at a site, without running it. */
export async function spackContext(facts: SiteFacts, options: ContextOptions): Promise<SpackContext> {
  const { environment } = facts;
  const { paths, signal } = options;
  const spackRoot = options.spackRoot ?? environment["SPACK_ROOT"];
  const local = spackRoot === undefined ? undefined : paths.local(spackRoot);
  const home = environment["HOME"] ?? facts.home;
  const [target, spackShortVersion] =
    local === undefined
      ? []
      : await Promise.all([detectTarget(local, facts.cpuinfo ?? "", signal), shortVersion(local)]);
  return {
    platform: platformOf(facts.system),
    os: facts.system === "Linux" ? operatingSystem(facts.osRelease) : undefined,
    target,
    hostname: facts.hostname,
    user: facts.user,
    home,
    temporary: environment["TMPDIR"] || environment["TEMP"] || environment["TMP"] || "/tmp",
    date: facts.date,
    environment,
    spackRoot,
    spackShortVersion,
    userCachePath: environment["SPACK_USER_CACHE_PATH"] || underHome(home),
    scopes: await scopesOf(spackRoot, facts, home, paths),
    paths,
  };
}

function platformOf(system: string | undefined): string | undefined {
  if (system === "Linux") return "linux";
  return system === "Darwin" ? "darwin" : undefined;
}

/** Names that the `distro` module, which Spack asks, does not take over. */
const renamed: Readonly<Record<string, string>> = { ol: "oracle", "opensuse-leap": "opensuse" };

/**
 * Spack's name of a Linux distribution from its os-release: `debian12`, `ubuntu24.04`, `rhel9`. Undefined where Spack asks for more than
 * that file: openSUSE Tumbleweed, and distributions whose file names no version.
 */
export function operatingSystem(osRelease: string | undefined): string | undefined {
  if (osRelease === undefined) return undefined;
  const { ID: id, VERSION_ID: version } = parseEnv(osRelease);
  if (id === undefined || version === undefined || version === "") return undefined;
  const lower = id.toLowerCase().replaceAll(" ", "_");
  const name = renamed[lower] ?? lower;
  if (name.includes("tumbleweed")) return undefined;
  const parts = version.split(/[^\w-]/);
  const shown = name.includes("ubuntu") ? parts.slice(0, 2).join(".") : (parts[0] ?? "");
  return `${name.replaceAll("-", "_")}${shown.replaceAll("-", "_")}`;
}

/**
 * Since Spack 1.1 its own etc folder includes the scopes of system, site and user (include.yaml there). Before, they were fixed, each
 * with a folder for the platform above it. Without a Spack, only the user's can be found.
 */
async function scopesOf(
  spackRoot: string | undefined,
  facts: SiteFacts,
  home: string | undefined,
  paths: PathTranslation,
): Promise<readonly ScopeFolder[]> {
  const { environment } = facts;
  const etc = spackRoot === undefined ? undefined : path.posix.join(spackRoot, "etc", "spack");
  if (etc !== undefined && (await exists(path.join(paths.local(etc), "include.yaml")))) {
    return [{ name: "spack", path: etc }];
  }
  const local = environment["SPACK_DISABLE_LOCAL_CONFIG"] === undefined;
  const folders: [string, string | undefined][] = [
    ["system", local ? (environment["SPACK_SYSTEM_CONFIG_PATH"] ?? "/etc/spack") : undefined],
    ["site", etc],
    ["user", local ? (environment["SPACK_USER_CONFIG_PATH"] ?? underHome(home)) : undefined],
  ];
  const platform = platformOf(facts.system);
  return folders.flatMap(([name, folder]) => {
    if (folder === undefined) return [];
    const scope = { name, path: folder };
    if (platform === undefined) return [scope];
    return [scope, { name: `${name}/${platform}`, path: path.posix.join(folder, platform) }];
  });
}

async function exists(file: string): Promise<boolean> {
  try {
    await access(file);
    return true;
  } catch {
    return false;
  }
}

function underHome(home: string | undefined): string | undefined {
  return home === undefined ? undefined : path.posix.join(home, ".spack");
}

/** `1.1`, from Spack's source. */
async function shortVersion(spackRoot: string): Promise<string | undefined> {
  try {
    const source = await readFile(path.join(spackRoot, "lib", "spack", "spack", "__init__.py"), "utf8");
    return /^__version__ = "(\d+\.\d+)/m.exec(source)?.[1];
  } catch {
    return undefined;
  }
}

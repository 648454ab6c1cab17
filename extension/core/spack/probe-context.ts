import { readFile } from "node:fs/promises";
import path from "node:path";
import { parseEnv } from "node:util";
import type { PathTranslation } from "../site/paths.ts";
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
    scopes: scopesOf(spackRoot, home, environment),
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

/** Spack's own etc folder includes the scopes of user, site and system; without one, the user's alone can be found. */
function scopesOf(
  spackRoot: string | undefined,
  home: string | undefined,
  environment: Readonly<Record<string, string>>,
): readonly ScopeFolder[] {
  if (spackRoot !== undefined) return [{ name: "spack", path: path.posix.join(spackRoot, "etc", "spack") }];
  const user = environment["SPACK_USER_CONFIG_PATH"] ?? underHome(home);
  return user === undefined ? [] : [{ name: "user", path: user }];
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

import { homedir, userInfo } from "node:os";
import path from "node:path";
import { SygaldryError } from "../../../core/base/errors.ts";
import { runChecked } from "../../../core/base/process.ts";
import type { Site } from "../../../core/site/site.ts";
import type { EnvironmentFolder } from "../../../core/spack/find-environments.ts";
import { defaultCache } from "../../../core/spack/run/cache-setting.ts";
import type { SpackProgram } from "../../../core/spack/run/commands.ts";
import { installRoot, readSection, type SpackHome, scopeFolders } from "../../../core/spack/settings.ts";
import { readDatabase } from "../../../core/spack/store/read-database.ts";
import type { Output } from "../../output.ts";
import { chooseSite, type SiteOptions } from "../../site.ts";

/** Spack at the site of a call: the program, its store, and where its configuration lies. Paths are the site's. */
export interface SpackPlace {
  readonly site: Site;
  readonly program: SpackProgram;
  readonly home: SpackHome;
  readonly store: string;
  /** The environment's folder. */
  readonly environment: string;
}

/** Where the image has Spack, its store and the user's home. */
const image = { root: "/opt/spack_src", store: "/opt/spack_store" } as const;

/** Finds Spack for an environment. Reads files only; whether the program is there shows when it runs. */
export async function openSpack(
  options: SiteOptions,
  { folder }: EnvironmentFolder,
  output: Output,
): Promise<SpackPlace> {
  const site = await chooseSite(options, output);
  const environment = site.paths.site(folder);
  if (site.kind === "container") {
    const home = { root: image.root, home: "/root", user: "root", environment: {} };
    return { site, program: "spack", home, store: image.store, environment };
  }
  const root = process.env["SPACK_ROOT"] || (site.kind === "inside" ? image.root : undefined);
  const home = {
    ...{ root: root ?? "/opt/spack", home: process.env["HOME"] || homedir(), user: userInfo().username },
    environment: process.env,
  };
  const configs = await Promise.all(
    scopeFolders(home).map((scope) => readSection(scope, "config", site.paths)),
  );
  const program = root === undefined ? "spack" : path.join(root, "bin/spack");
  return { site, program, home, store: installRoot(configs, home), environment };
}

/** The build cache that a project has without being asked; this machine's own Spack has none. */
export function sharedCache({ site }: SpackPlace): string | undefined {
  return site.kind === "local" ? undefined : defaultCache;
}

/** The hashes that the store has installed. */
export async function installedHashes(
  { site, store }: SpackPlace,
  signal?: AbortSignal,
): Promise<ReadonlySet<string>> {
  const database = await readDatabase(store, {
    paths: site.paths,
    ...(signal === undefined ? {} : { signal }),
  });
  const records = [...(database?.records.values() ?? [])];
  return new Set(records.filter(({ installed }) => installed).map(({ hash }) => hash));
}

/** A shell of this machine cannot use what lies in the container. */
export function refuseContainerShell({ site }: SpackPlace): void {
  if (site.kind !== "container") return;
  throw new SygaldryError(
    "SYG-USAGE",
    "an environment of the container cannot be activated in a shell outside of it",
    {
      next: "Run `sygaldry shell` and activate it there, or use --local for this machine's own Spack.",
    },
  );
}

/** The environment variables that commands have at the site. */
export async function siteVariables(
  { site }: SpackPlace,
  signal: AbortSignal,
): Promise<Readonly<Record<string, string | undefined>>> {
  if (site.kind !== "container") return process.env;
  const { stdout } = await runChecked(site, { command: "env", args: ["-0"] }, { signal });
  const entries = stdout
    .split("\0")
    .map((entry) => [entry.split("=")[0] ?? "", entry.replace(/^[^=]*=/, "")]);
  return Object.fromEntries(entries.filter(([name]) => name !== ""));
}

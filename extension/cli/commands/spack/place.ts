import path from "node:path";
import { SygaldryError } from "../../../core/base/errors.ts";
import { runChecked } from "../../../core/base/process.ts";
import type { Site } from "../../../core/site/site.ts";
import type { SpackContext } from "../../../core/spack/context/context.ts";
import { locateStore, type StoreLocation } from "../../../core/spack/environment/locate-store.ts";
import { type EnvironmentFolder, manifestName } from "../../../core/spack/find-environments.ts";
import { type Manifest, readManifest } from "../../../core/spack/manifest/manifest.ts";
import { defaultCache } from "../../../core/spack/run/cache-setting.ts";
import type { SpackProgram } from "../../../core/spack/run/commands.ts";
import { readDatabase } from "../../../core/spack/store/read-database.ts";
import type { Output } from "../../output.ts";
import { chooseSite, type SiteOptions } from "../../site.ts";
import { spackSite } from "./spack-site.ts";

/** Spack at the site of a call, as a program that runs. Paths are the site's. */
export interface SpackPlace {
  readonly site: Site;
  readonly program: SpackProgram;
  /** The environment's folder. */
  readonly environment: string;
}

/** What is known of an environment by reading files. */
export interface ReadPlace {
  readonly manifest: Manifest;
  readonly context: SpackContext;
  readonly store: StoreLocation;
}

/** Finds Spack for an environment; whether the program is there shows when it runs. */
export async function openSpack(
  options: SiteOptions,
  { folder }: EnvironmentFolder,
  output: Output,
): Promise<SpackPlace> {
  const site = await chooseSite(options, output);
  const root = site.kind === "container" ? undefined : process.env["SPACK_ROOT"];
  const program = root ? path.join(root, "bin/spack") : "spack";
  return { site, program, environment: site.paths.site(folder) };
}

/** Reads an environment's manifest and configuration, and finds its store. */
export async function readPlace(
  options: SiteOptions,
  { folder }: EnvironmentFolder,
  output: Output,
  signal: AbortSignal,
): Promise<ReadPlace> {
  const { context, store } = await spackSite(options, output, signal);
  const manifest = await readManifest(path.join(folder, manifestName), { context, signal });
  return { manifest, context, store: locateStore(manifest, context, store) };
}

/** The build cache that a project has without being asked; this machine's own Spack has none. */
export function sharedCache({ site }: SpackPlace): string | undefined {
  return site.kind === "local" ? undefined : defaultCache;
}

/** The hashes that the environment's store has installed. */
export async function installedHashes(
  { context, store }: ReadPlace,
  signal?: AbortSignal,
): Promise<ReadonlySet<string>> {
  if (store.root === undefined) return new Set();
  const options = { paths: context.paths, ...(signal === undefined ? {} : { signal }) };
  const databases = await Promise.all(
    [store.root, ...store.upstreams].map((root) => readDatabase(root, options)),
  );
  const records = databases.flatMap((database) => [...(database?.records.values() ?? [])]);
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

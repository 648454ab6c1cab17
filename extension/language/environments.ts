import path from "node:path";
import { isCancellation } from "../core/base/errors.ts";
import { findConfigFile } from "../core/project/root.ts";
import { isInsideContainer } from "../core/site/here.ts";
import { mountTranslation } from "../core/site/mounts.ts";
import { samePaths } from "../core/site/paths.ts";
import { solveRecordFile } from "../core/spack/drift/solve-record.ts";
import {
  readEnvironment,
  type SpackEnvironment,
  type SpackSite,
} from "../core/spack/environment/read-environment.ts";
import { spackSiteAt } from "../core/spack/environment/spack-site.ts";
import { lockName, manifestName } from "../core/spack/find-environments.ts";
import { type FileStamps, stampFiles } from "./file-stamps.ts";
import type { LanguagePorts } from "./ports.ts";

/** An environment as it is on the disk, and where its Spack is. */
export interface KnownEnvironment {
  readonly site: SpackSite;
  readonly environment: SpackEnvironment;
}

/** The environments that documents belong to, each read once until one of its files changes. */
export interface Environments {
  /** Of the environment in `folder`; read anew when a file of it is no longer what it was. */
  of(folder: string): Promise<KnownEnvironment>;
  /** Spack at the site of `folder`. */
  site(folder: string): Promise<SpackSite>;
  /** Forgets all that was read: settings changed. */
  forget(): void;
  /** Whether this file is configuration that an environment which was read includes. */
  includes(file: string): boolean;
}

interface Entry {
  readonly known: KnownEnvironment;
  readonly files: readonly string[];
  readonly stamps: FileStamps;
}

export function environmentCache(
  ports: Pick<LanguagePorts, "environment" | "log">,
  spackRoot: () => string | undefined,
): Environments {
  const entries = new Map<string, Entry>();
  const reading = new Map<string, Promise<Entry>>();
  const sites = new Map<
    string,
    { readonly site: Promise<SpackSite>; readonly stamps: Promise<FileStamps> }
  >();

  async function site(folder: string): Promise<SpackSite> {
    const config = configFileAbove(folder);
    const key = config ?? "";
    const found = sites.get(key);
    if (found !== undefined && (await (await found.stamps).isCurrent())) return found.site;
    const made = {
      site: siteOf(config, ports, spackRoot()),
      stamps: stampFiles(config === undefined ? [] : [config]),
    };
    sites.set(key, made);
    return made.site;
  }

  async function read(folder: string): Promise<Entry> {
    const here = await site(folder);
    const before = await stampFiles(ownFiles(folder));
    const environment = await readEnvironment({ name: path.basename(folder), folder }, here);
    const files = filesOf(folder, environment, here);
    const more = await stampFiles(files.slice(ownFiles(folder).length));
    const stamps: FileStamps = {
      isCurrent: async () => (await before.isCurrent()) && (await more.isCurrent()),
    };
    const entry = { known: { site: here, environment }, files, stamps };
    entries.set(folder, entry);
    return entry;
  }

  return {
    site,
    async of(folder) {
      const found = entries.get(folder);
      if (
        found !== undefined &&
        (await found.stamps.isCurrent()) &&
        found.known.site === (await site(folder))
      ) {
        return found.known;
      }
      // Many requests come at once; one of them reads.
      const pending = reading.get(folder) ?? read(folder).finally(() => reading.delete(folder));
      reading.set(folder, pending);
      return (await pending).known;
    },
    forget() {
      entries.clear();
      sites.clear();
    },
    includes: (file) =>
      /\.ya?ml$/.test(file) && [...entries.values()].some(({ files }) => files.includes(file)),
  };
}

function configFileAbove(folder: string): string | undefined {
  try {
    return findConfigFile(folder);
  } catch {
    return undefined;
  }
}

async function siteOf(
  config: string | undefined,
  { environment, log }: Pick<LanguagePorts, "environment" | "log">,
  spackRoot: string | undefined,
): Promise<SpackSite> {
  if (isInsideContainer()) return spackSiteAt({ kind: "inside", paths: samePaths, environment, spackRoot });
  if (config !== undefined) {
    try {
      const { projectMounts } = await import("../core/site/project-mounts.ts");
      const { mounts } = await projectMounts({ cwd: path.dirname(config), file: config }, environment);
      return await spackSiteAt({ kind: "container", paths: await mountTranslation(mounts), environment });
    } catch (error) {
      if (isCancellation(error)) throw error;
      log.debug(`${config} says not where Spack's store lies: it is not valid`);
    }
  }
  return spackSiteAt({ kind: "local", paths: samePaths, environment, spackRoot });
}

function ownFiles(folder: string): readonly string[] {
  return [path.join(folder, manifestName), path.join(folder, lockName), solveRecordFile(folder)];
}

/** All whose change may change what is said of the environment; the environment's own first. */
function filesOf(
  folder: string,
  { manifest, store, views }: SpackEnvironment,
  { context }: SpackSite,
): readonly string[] {
  const local = (sitePath: string) => context.paths.local(sitePath);
  const included = (manifest?.includes ?? []).flatMap(({ path: file }) =>
    file === undefined ? [] : [local(file)],
  );
  const scopes = (manifest?.scopes ?? []).flatMap((scope) => scope.sources.map(({ file }) => file));
  const others = (manifest?.includedEnvironments ?? []).flatMap(({ path: other }) =>
    other === undefined ? [] : [path.join(local(other), lockName)],
  );
  const database =
    store.root === undefined
      ? []
      : ["index.json", "failures"].map((name) => path.join(local(store.root ?? ""), ".spack-db", name));
  const roots = views.map(({ descriptor }) => local(descriptor.path));
  return [...new Set([...ownFiles(folder), ...scopes, ...included, ...others, ...database, ...roots])];
}

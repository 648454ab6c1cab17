import path from "node:path";
import { version } from "sygaldry:assets";
import { SygaldryError } from "../../../core/base/errors.ts";
import { readTextIfExists, sha256 } from "../../../core/base/files.ts";
import type { PythonEnvironment, SpackPython } from "../../../core/python/python-environment.ts";
import { readPythonEnvironment } from "../../../core/python/read-python-environment.ts";
import { currentIndex, indexFolder, indexState, updateIndex } from "../../../core/python/uv/prepare.ts";
import type { Site } from "../../../core/site/site.ts";
import { chosenView } from "../../../core/spack/activate/environment-activation.ts";
import { type EnvironmentFolder, lockName } from "../../../core/spack/find-environments.ts";
import { readLockfile } from "../../../core/spack/lockfile/read-lockfile.ts";
import { readDatabase, readVerifier } from "../../../core/spack/store/read-database.ts";
import { readView } from "../../../core/spack/view/read-view.ts";
import type { Output } from "../../output.ts";
import { chooseSite, type SiteOptions } from "../../site.ts";
import { chooseEnvironment, repositoryEnvironments } from "../spack/context.ts";
import { type ReadPlace, readPlace } from "../spack/place.ts";

export interface PythonOptions extends SiteOptions {
  readonly environment?: string;
}

/** A Spack environment as uv is to see it. Paths are the site's. */
export interface PythonPlace {
  readonly site: Site;
  readonly folder: EnvironmentFolder;
  readonly read: ReadPlace;
  readonly view: string | undefined;
  /** The folder of the stubs. */
  readonly index: string;
  readonly state: string;
}

/** Undefined where there is no Spack environment: then uv is on its own. Throws as chooseEnvironment does for a name. */
export async function findPython(
  options: PythonOptions,
  name: string | undefined,
  output: Output,
  signal: AbortSignal,
): Promise<PythonPlace | undefined> {
  const site = await chooseSite(options, output);
  const folder = await findFolder(options, name, site, signal);
  if (folder === undefined) return undefined;
  const read = await readPlace(options, folder, output, signal);
  const view = chosenView(read.manifest, activeView(folder, site))?.root;
  const index = indexFolder(indexBase(site), view ?? site.paths.site(folder.folder));
  return { site, folder, read, view, index, state: await stateOf(folder, read, view) };
}

/** As findPython, and SYG-SPACK-ENV where there is no environment. */
export async function requirePython(
  options: PythonOptions,
  name: string | undefined,
  output: Output,
  signal: AbortSignal,
): Promise<PythonPlace & { readonly environment: PythonEnvironment }> {
  const place = await findPython(options, name, output, signal);
  // It says what there is instead.
  if (place === undefined) {
    await chooseEnvironment(options, name, signal);
    throw new SygaldryError("SYG-SPACK-ENV", "there is no Spack environment here");
  }
  return { ...place, environment: await readEnvironment(place, signal) };
}

/** What is installed, read anew. */
export async function readEnvironment(
  { folder, read, view, site }: PythonPlace,
  signal: AbortSignal,
): Promise<PythonEnvironment> {
  const { store } = read;
  const options = { paths: site.paths, signal };
  const [lock, ...databases] = await Promise.all([
    readLockfile(path.join(folder.folder, lockName), signal),
    ...[store.root, ...store.upstreams].map((root) =>
      root === undefined ? undefined : readDatabase(root, options),
    ),
  ]);
  const source = {
    ...{ name: folder.name, folder: folder.folder, lock: lock?.lock, view, paths: site.paths },
    databases: databases.filter((database) => database !== undefined),
  };
  return readPythonEnvironment(source, signal);
}

/**
 * Makes the index right: by what it was made from, or, where the environment was read anyway, file by file.
 * Gives the environment's Python; undefined when it has none.
 */
export async function prepareIndex(
  place: PythonPlace,
  environment: PythonEnvironment | undefined,
  output: Output,
  signal: AbortSignal,
): Promise<SpackPython | undefined> {
  const target = { folder: place.index, paths: place.site.paths, log: output, signal };
  const current = environment === undefined ? await currentIndex(place.state, target) : undefined;
  if (current !== undefined) return current.python;
  const known = environment ?? (await readEnvironment(place, signal));
  if (known.python === undefined) return undefined;
  const changed = await updateIndex(known, place.state, target);
  output.debug(`${changed.length} files of ${place.index} changed`);
  return known.python;
}

async function findFolder(
  options: PythonOptions,
  name: string | undefined,
  site: Site,
  signal: AbortSignal,
): Promise<EnvironmentFolder | undefined> {
  if (name !== undefined) return chooseEnvironment(options, name, signal);
  const active = site.kind === "container" ? undefined : process.env["SPACK_ENV"];
  if (active) return { name: path.basename(active), folder: active };
  try {
    return await chooseEnvironment(options, undefined, signal);
  } catch (error) {
    if (!(error instanceof SygaldryError) || error.code !== "SYG-SPACK-ENV") throw error;
    const { environments } = await repositoryEnvironments(options, signal);
    // As spack-env-activate in the container chooses.
    const tools = environments.find((one) => one.name === "spack/tools");
    if (environments.length === 0 || tools !== undefined) return tools;
    throw error;
  }
}

function activeView({ folder }: EnvironmentFolder, site: Site) {
  const view = process.env["SPACK_ENV_VIEW"];
  return view && site.kind !== "container" && process.env["SPACK_ENV"] === folder ? { view } : {};
}

async function stateOf(
  { folder }: EnvironmentFolder,
  { context, store }: ReadPlace,
  view: string | undefined,
): Promise<string> {
  const [lock, shown, verifier] = await Promise.all([
    readTextIfExists(path.join(folder, lockName)),
    view === undefined ? undefined : readView(view, context.paths),
    store.root === undefined ? undefined : readVerifier(store.root, context.paths),
  ]);
  return indexState({
    program: version,
    generation: shown?.view.state === "linked" ? shown.view.target : undefined,
    lockDigest: sha256(lock ?? ""),
    store: verifier,
  });
}

/** Where indexes are kept: with the project's caches, which outlive the container, else with the user's. */
function indexBase(site: Site): string {
  const own = process.env["SYGALDRY_PYTHON_INDEX"];
  if (own && site.kind !== "container") return path.resolve(own);
  if (site.kind !== "local") return "/opt/bazel_cache/python";
  const cache = process.env["XDG_CACHE_HOME"] || path.join(process.env["HOME"] || "/tmp", ".cache");
  return path.join(cache, "sygaldry/python");
}

import { forEachParallel } from "../base/parallel.ts";
import type { PathTranslation } from "../site/paths.ts";
import { bottomUp, closure, rootHashes } from "../spack/lockfile/closure.ts";
import type { Lockfile, LockNode } from "../spack/lockfile/lockfile.ts";
import { findRecord, type StoreDatabase } from "../spack/store/database.ts";
import { chooseOnePerName } from "./distributions/choose.ts";
import type { DistributionProblem, SpackDistribution } from "./distributions/distribution.ts";
import { modulesIn } from "./distributions/read-distribution.ts";
import { readSitePackages, sitePackagesBelow } from "./distributions/read-site-packages.ts";
import { linkedDistributions, readViewFolders } from "./distributions/view-folders.ts";
import type { PythonEnvironment, SpackPython } from "./python-environment.ts";
import { normalizeName } from "./requirements/name.ts";
import { normalizeVersion } from "./requirements/version.ts";

export interface PythonSource {
  readonly name: string;
  readonly folder: string;
  /** Undefined when the environment was never solved. */
  readonly lock: Lockfile | undefined;
  /** The environment's own store, then its upstreams. */
  readonly databases: readonly StoreDatabase[];
  /** Root of the view to use. */
  readonly view: string | undefined;
  readonly paths: PathTranslation;
}

/**
 * What of Python the environment has installed. Reads the metadata in the prefixes (which say whose they are) and the names
 * in the view. Throws what `signal` throws, and system errors for what may not be read.
 */
export async function readPythonEnvironment(
  source: PythonSource,
  signal?: AbortSignal,
): Promise<PythonEnvironment> {
  const { lock } = source;
  const used = lock === undefined ? new Set<string>() : closure(lock, rootHashes(lock), ["link", "run"]);
  const nodes = lock === undefined ? [] : bottomUp(lock).filter(({ hash }) => used.has(hash));
  const python = pythonOf(nodes, source);
  if (python === undefined) return { ...nothing, name: source.name, folder: source.folder };
  const read = await readPrefixes(nodes, python, source, signal);
  const view = await readViewFolders(source.view, python.series, source.paths);
  const linked = view === undefined ? nothingLinked : await linkedDistributions(view, read.found, source);
  const isShown = ({ metadata }: SpackDistribution) =>
    view === undefined || metadata === undefined || view.names.has(metadata);
  const seen = [...read.found, ...linked.distributions].filter(isShown);
  const { chosen, hidden } = await chooseOnePerName(seen, view, source.paths);
  return {
    ...{ name: source.name, folder: source.folder, python, view: view && source.view },
    paths: view?.folders ?? [...new Set(seen.map(({ folder }) => folder))].reverse(),
    ...{ distributions: chosen, hidden, foreign: linked.foreign },
    outside: read.found.filter((one) => !isShown(one)),
    ...{ missing: read.missing, problems: read.problems },
    packages: nodes.flatMap((node) => {
      const prefix = prefixOf(node, source);
      // The system's own folders hold everything, and who uses what of it is not known.
      return prefix === undefined || prefix === "/usr" ? [] : [{ name: node.name, prefix }];
    }),
  };
}

const nothingLinked = { distributions: [], foreign: [] };

const nothing = {
  ...{
    python: undefined,
    view: undefined,
    paths: [],
    distributions: [],
    hidden: [],
    outside: [],
    foreign: [],
  },
  ...{ missing: [], problems: [], packages: [] },
};

function pythonOf(nodes: readonly LockNode[], source: PythonSource): SpackPython | undefined {
  const node = nodes.find(({ name }) => name === "python");
  if (node === undefined) return undefined;
  const prefix = prefixOf(node, source);
  const series = /^\d+\.\d+/.exec(node.version)?.[0];
  if (prefix === undefined || series === undefined) return undefined;
  return { version: node.version, series, prefix, external: node.external !== undefined };
}

/** Undefined when it is not installed. */
function prefixOf(node: LockNode, { databases: [own, ...upstreams] }: PythonSource): string | undefined {
  if (node.external !== undefined) return node.external.path;
  const record = findRecord(node.hash, own, upstreams)?.record;
  return record?.installed === true ? record.prefix : undefined;
}

interface PrefixContents {
  readonly found: readonly SpackDistribution[];
  readonly missing: readonly LockNode[];
  readonly problems: readonly DistributionProblem[];
}

async function readPrefixes(
  nodes: readonly LockNode[],
  python: SpackPython,
  source: PythonSource,
  signal: AbortSignal | undefined,
): Promise<PrefixContents> {
  const found = new Map<LockNode, readonly SpackDistribution[]>();
  const missing: LockNode[] = [];
  const problems: DistributionProblem[] = [];
  // An external's modules are the system's, and none of Spack's views show them.
  const own = nodes.filter(({ external, name }) => external === undefined && name !== "python");
  await forEachParallel(own, 16, async (node) => {
    const prefix = prefixOf(node, source);
    if (prefix === undefined) {
      if (node.dependencies.some((dependency) => dependency.name === "python")) missing.push(node);
      return;
    }
    found.set(node, await readPrefix(node, prefix, python, source.paths, problems, signal));
  });
  return { found: own.flatMap((node) => found.get(node) ?? []), missing, problems };
}

async function readPrefix(
  { name, version, hash }: LockNode,
  prefix: string,
  { series }: SpackPython,
  paths: PathTranslation,
  problems: DistributionProblem[],
  signal: AbortSignal | undefined,
): Promise<readonly SpackDistribution[]> {
  const owner = { name, version, hash, prefix };
  const all = await Promise.all(
    sitePackagesBelow(prefix, series).map(async (folder) => {
      const read = await readSitePackages(paths.local(folder), signal);
      if (read === undefined) return [];
      problems.push(...read.problems.map((problem) => ({ ...problem, file: paths.site(problem.file) })));
      return read.distributions.length > 0
        ? read.distributions.map((distribution) => ({ ...distribution, owner, folder }))
        : guessed(owner, folder, await modulesIn(paths.local(folder)));
    }),
  );
  return all.flat();
}

/** A Python package whose build left no metadata is known by Spack's name alone: `py-numpy` → `numpy`. */
function guessed(
  owner: SpackDistribution["owner"],
  folder: string,
  modules: readonly string[],
): readonly SpackDistribution[] {
  const version = normalizeVersion(owner.version);
  if (!owner.name.startsWith("py-") || version === undefined || modules.length === 0) return [];
  const displayName = owner.name.slice("py-".length);
  return [
    {
      ...{ name: normalizeName(displayName), displayName, version, requires: [], requiresPython: undefined },
      ...{ extras: [], entryPoints: undefined, modules, metadata: undefined, from: "package", owner, folder },
    },
  ];
}

import { forEachParallel } from "../../base/parallel.ts";
import type { PathTranslation } from "../../site/paths.ts";
import type { CacheAnswer } from "../buildcache/build-cache.ts";
import { installHistory, type RecordedInstall } from "../buildcache/install-history.ts";
import { type Mirror, readMirrors } from "../buildcache/mirror.ts";
import { openBuildCache } from "../buildcache/open-build-cache.ts";
import { type BuildDependencies, type InstallPlan, planInstall } from "../buildcache/plan-install.ts";
import type { SpackContext } from "../context.ts";
import type { Lockfile } from "../lockfile/lockfile.ts";
import { plain } from "../manifest/config-value.ts";
import type { Manifest } from "../manifest/manifest.ts";
import { expandPath } from "../manifest/path-variables.ts";
import { mergedSection } from "../manifest/scopes.ts";
import type { StoreRecord } from "../store/database.ts";
import { readInstallDetails } from "../store/install-details.ts";
import type { SpackEnvironment } from "./read-environment.ts";

export interface PlanOptions {
  readonly context: SpackContext;
  /** Build caches beside those of the configuration, asked first. */
  readonly mirrors: readonly Mirror[];
  /** Ask those of the configuration. */
  readonly configured: boolean;
  readonly buildDependencies?: BuildDependencies;
  /** Folder where indexes of caches are remembered. */
  readonly indexes?: string;
  readonly signal?: AbortSignal | undefined;
}

export interface EnvironmentPlan extends InstallPlan {
  readonly caches: readonly {
    readonly name: string;
    readonly url: string;
    readonly index: CacheAnswer["index"];
  }[];
}

/** What installing an environment would do: what comes from which cache, what is built, and about how long that takes. */
export async function planEnvironment(
  { packages, store }: SpackEnvironment,
  manifest: Manifest,
  lock: Lockfile,
  options: PlanOptions,
): Promise<EnvironmentPlan> {
  const { context, signal } = options;
  const states = new Map(packages.map(({ node, state }) => [node.hash, state]));
  const wanted = packages.filter(({ state }) => state !== "installed" && state !== "external");
  const asked = [...options.mirrors, ...(options.configured ? configuredMirrors(manifest, context) : [])].map(
    (mirror) =>
      openBuildCache(mirror, { paths: context.paths, ...(options.indexes && { indexes: options.indexes }) }),
  );
  const [answers, recorded] = await Promise.all([
    Promise.all(
      asked.map((cache) =>
        cache.has(
          wanted.map(({ node }) => node),
          signal === undefined ? {} : { signal },
        ),
      ),
    ),
    recordedInstalls(
      store.database?.records.values() ?? [],
      new Set(wanted.map(({ node }) => node.name)),
      context.paths,
      signal,
    ),
  ]);
  const caches = asked.map(({ name }, index) => ({ name, answer: answers[index] ?? nothing }));
  const plan = planInstall({
    lock,
    isInstalled: (hash) => states.get(hash) === "installed",
    caches,
    history: installHistory(recorded),
    ...(options.buildDependencies && { buildDependencies: options.buildDependencies }),
  });
  return {
    ...plan,
    caches: asked.map(({ name, url }, index) => ({ name, url, index: (answers[index] ?? nothing).index })),
  };
}

const nothing: CacheAnswer = { presence: new Map(), index: { state: "missing" } };

/** Those of the `mirrors` section that all scopes are merged in. */
function configuredMirrors(manifest: Manifest, context: SpackContext): readonly Mirror[] {
  const section = mergedSection(manifest.scopes, "mirrors");
  if (section === undefined) return [];
  return readMirrors(plain(section), {
    environment: context.environment ?? {},
    resolvePath: (text) => {
      const { folder } = manifest;
      const expanded = expandPath(text, { folder, environmentFolder: folder }, context);
      return expanded.known ? expanded.path : text;
    },
  });
}

/** How many installs of other packages are read to know what fetching takes in general. */
const samples = 40;

async function recordedInstalls(
  records: Iterable<StoreRecord>,
  names: ReadonlySet<string>,
  paths: PathTranslation,
  signal: AbortSignal | undefined,
): Promise<readonly RecordedInstall[]> {
  const installed = [...records].filter((record) => record.installed && !record.external);
  const alike = installed.filter(({ name }) => names.has(name));
  const others = installed.filter(({ name }) => !names.has(name)).slice(0, samples);
  const found: RecordedInstall[] = [];
  await forEachParallel([...alike, ...others], 16, async ({ hash, name, version, prefix }) => {
    if (prefix === undefined) return;
    const { origin, seconds } = await readInstallDetails(prefix, { paths, ...(signal && { signal }) });
    if (origin !== "unknown" && seconds !== undefined) found.push({ hash, name, version, origin, seconds });
  });
  return found;
}

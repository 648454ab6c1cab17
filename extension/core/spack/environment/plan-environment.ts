import type { CacheAnswer } from "../buildcache/build-cache.ts";
import { installHistory } from "../buildcache/install-history.ts";
import { type Mirror, readMirrors } from "../buildcache/mirror.ts";
import { openBuildCache } from "../buildcache/open-build-cache.ts";
import { type BuildDependencies, type InstallPlan, planInstall } from "../buildcache/plan-install.ts";
import { recordedInstalls } from "../buildcache/recorded-installs.ts";
import type { SpackContext } from "../context/context.ts";
import type { Lockfile } from "../lockfile/lockfile.ts";
import { plain } from "../manifest/config-value.ts";
import type { Manifest } from "../manifest/manifest.ts";
import { expandPath } from "../manifest/path-variables.ts";
import { mergedSection } from "../manifest/scopes.ts";
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
    store.database === undefined
      ? []
      : recordedInstalls(store.database, new Set(wanted.map(({ node }) => node.name)), {
          paths: context.paths,
          ...(signal && { signal }),
        }),
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

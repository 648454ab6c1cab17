import { readlink } from "node:fs/promises";
import path from "node:path";
import { parse } from "yaml";
import { SygaldryError } from "../../../core/base/errors.ts";
import { readTextIfExists, sha256 } from "../../../core/base/files.ts";
import { type Activation, computeActivation } from "../../../core/spack/activate/activation.ts";
import { type ExactKey, exactActivation } from "../../../core/spack/activate/exact.ts";
import { type ActivationScope, activationSettings } from "../../../core/spack/activate/settings.ts";
import { lockName, manifestName } from "../../../core/spack/find-environments.ts";
import { readLockfile } from "../../../core/spack/lockfile/read-lockfile.ts";
import { readSection, scopeFolders, substitute } from "../../../core/spack/settings.ts";
import { readDatabase, readVerifier } from "../../../core/spack/store/read-database.ts";
import { readViewDescriptors, type ViewDescriptor } from "../../../core/spack/view/descriptor.ts";
import type { SpackPlace } from "./place.ts";

export interface ViewChoice {
  /** The view's name; `default` when absent, where there is one. */
  readonly view?: string;
  readonly withoutView?: boolean;
}

/** When Spack itself is asked. */
export type Exactness = "always" | "needed" | undefined;

/** What activating the environment of `place` changes, as far as it is known without Spack, or as Spack says. */
export async function activationOf(
  place: SpackPlace,
  choice: ViewChoice,
  exact: Exactness,
  signal: AbortSignal,
): Promise<Activation> {
  const { site, environment } = place;
  const folder = site.paths.local(environment);
  const manifest = (await readTextIfExists(path.join(folder, manifestName))) ?? "";
  const own = spackSection(manifest);
  const view = chooseView(own["view"], choice, place);
  const scopes = [...(await scopeSections(place)), { modules: own["modules"], variables: own["env_vars"] }];
  const ask = () => askSpack(place, view?.name, view?.path, [manifest, scopes], signal);
  if (exact === "always") return ask();
  const [loaded, database] = await Promise.all([
    readLockfile(path.join(folder, lockName), signal),
    readDatabase(place.store, { paths: site.paths, signal }),
  ]);
  const { inspections, configured } = activationSettings(scopes);
  const empty = {
    lockfileVersion: 6,
    specfileVersion: 5,
    spackVersion: undefined,
    roots: [],
    nodes: new Map(),
    includes: [],
  };
  const computed = await computeActivation({
    ...{ path: environment, lock: loaded?.lock ?? empty, inspections, configured, paths: site.paths },
    ...{ view: view === undefined ? undefined : { name: view.name, root: view.path } },
    repositories: await packageRepositories(place, own["repos"]),
    prefix: (hash) => {
      const record = database?.records.get(hash);
      return record?.installed === true ? record.prefix : undefined;
    },
  });
  return view !== undefined && Object.keys(view.projections).length > 0
    ? withProjections(computed, view)
    : computed;
}

/** Where a projected package lies in the view only Spack can say. */
function withProjections(activation: Activation, view: ViewDescriptor): Activation {
  const why = `the view ${view.name} has projections`;
  return {
    ...activation,
    warnings: [{ hash: "", name: "view", version: view.name, why }, ...activation.warnings],
  };
}

function chooseView(given: unknown, choice: ViewChoice, place: SpackPlace): ViewDescriptor | undefined {
  if (choice.withoutView === true) return undefined;
  const views = readViewDescriptors(given, {
    environment: place.environment,
    substitute: (text) => substitute(text, place.home, place.environment),
  });
  const found = views.find(({ name }) => name === (choice.view ?? "default"));
  if (found !== undefined || choice.view === undefined) return found;
  throw new SygaldryError("SYG-USAGE", `the environment has no view ${choice.view}`, {
    next:
      views.length === 0
        ? "It has no view at all."
        : `Its views: ${views.map(({ name }) => name).join(", ")}.`,
  });
}

async function scopeSections({ home, site }: SpackPlace): Promise<readonly ActivationScope[]> {
  return Promise.all(
    scopeFolders(home).map(async (scope) => ({
      modules: await readSection(scope, "modules", site.paths),
      variables: await readSection(scope, "env_vars", site.paths),
    })),
  );
}

/** The folders of `repos:`; those that Spack clones itself are left out. */
async function packageRepositories(
  { home, site, environment }: SpackPlace,
  own: unknown,
): Promise<ReadonlyMap<string, string>> {
  const scopes = await Promise.all(
    scopeFolders(home).map((scope) => readSection(scope, "repos", site.paths)),
  );
  const entries = [...scopes, own].flatMap((section) => (isMapping(section) ? Object.entries(section) : []));
  return new Map(
    entries.flatMap(([name, folder]) =>
      typeof folder === "string"
        ? [[name, path.posix.resolve(environment, substitute(folder, home, environment))] as const]
        : [],
    ),
  );
}

async function askSpack(
  place: SpackPlace,
  view: string | undefined,
  root: string | undefined,
  configuration: unknown,
  signal: AbortSignal,
): Promise<Activation> {
  const { site, environment, store } = place;
  const folder = site.paths.local(environment);
  const link = root === undefined ? "" : await readlink(site.paths.local(root)).catch(() => "");
  const key: ExactKey = {
    ...{ path: environment, view, viewState: link, configuration: sha256(JSON.stringify(configuration)) },
    lockDigest: sha256((await readTextIfExists(path.join(folder, lockName))) ?? ""),
    storeState: (await readVerifier(store, site.paths)) ?? "",
  };
  const cache = path.join(folder, ".spack-env", `sygaldry-activate-${view ?? "none"}.json`);
  return exactActivation(site, place.program, key, cache, signal);
}

function spackSection(text: string): Readonly<Record<string, unknown>> {
  try {
    const content: unknown = parse(text);
    const section = isMapping(content) ? (content["spack"] ?? content["spack:"]) : undefined;
    return isMapping(section) ? section : {};
  } catch (cause) {
    throw new SygaldryError("SYG-SPACK-ENV", "spack.yaml is no valid YAML", { cause });
  }
}

function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

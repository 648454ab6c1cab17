import { SygaldryError } from "../../base/errors.ts";
import { isJsonObject } from "../../base/json-fields.ts";
import type { SpackContext } from "../context/context.ts";
import type { LoadedLock } from "../lockfile/read-lockfile.ts";
import { at, textOf } from "../manifest/config-value.ts";
import type { Manifest } from "../manifest/manifest.ts";
import { expandPath } from "../manifest/path-variables.ts";
import { mergedSection } from "../manifest/scopes.ts";
import type { View } from "../manifest/views.ts";
import { findRecord, type StoreDatabase } from "../store/database.ts";
import { type Activation, computeActivation } from "./activation.ts";
import { configuredChanges } from "./configured.ts";
import { configuredOf, inspectionsOf } from "./settings.ts";

/** What an environment's activation is computed from. */
export interface ActivationSource {
  readonly manifest: Manifest;
  /** Undefined when it was never solved: then nothing of it is installed. */
  readonly lock: LoadedLock | undefined;
  readonly database: StoreDatabase | undefined;
  readonly upstreams: readonly StoreDatabase[];
  readonly context: SpackContext;
}

export interface ViewChoice {
  /** The view's name; where absent the one called `default`, if there is one. */
  readonly view?: string;
  readonly withoutView?: boolean;
}

const unsolved = {
  ...{ lockfileVersion: 6, specfileVersion: undefined, spackVersion: undefined },
  ...{ roots: [], nodes: new Map(), includes: [] },
};

/** What activating the environment changes, without asking Spack. Throws SYG-USAGE for a view that it does not have. */
export async function environmentActivation(
  source: ActivationSource,
  choice: ViewChoice,
): Promise<Activation> {
  const { manifest, lock, database, upstreams, context } = source;
  const view = chosenView(manifest, choice);
  const section = (name: string) => mergedSection(manifest.scopes, name);
  const activation = await computeActivation({
    ...{ path: manifest.folder, lock: lock?.lock ?? unsolved, paths: context.paths },
    view: view?.root === undefined ? undefined : { name: view.name, root: view.root },
    prefix: (hash) => {
      const record = findRecord(hash, database, upstreams)?.record;
      return record?.installed === true ? record.prefix : undefined;
    },
    inspections: inspectionsOf(section("modules"), context.platform === "darwin" ? "darwin" : "linux"),
    configured: configuredOf(section("env_vars")),
    repositories: repositoriesOf(manifest, context),
    externalChanges: (hash) => externalChanges(lock, hash),
  });
  // Where a projected package lies in the view only Spack can say.
  if (view === undefined || view.projections.length === 0) return activation;
  const why = "it has projections";
  const warning = { hash: "", name: "the view", version: view.name, why };
  return { ...activation, warnings: [warning, ...activation.warnings] };
}

/** The view to be used, if any. */
export function chosenView({ views }: Pick<Manifest, "views">, choice: ViewChoice): View | undefined {
  if (choice.withoutView === true) return undefined;
  const found = views.find(({ name }) => name === (choice.view ?? "default"));
  if (found !== undefined || choice.view === undefined) return found;
  throw new SygaldryError("SYG-USAGE", `the environment has no view ${choice.view}`, {
    next:
      views.length === 0
        ? "It has no view at all."
        : `Its views: ${views.map(({ name }) => name).join(", ")}.`,
  });
}

/** The folders of `repos:`, for the recipes of externals; those that Spack clones itself are not known. */
function repositoriesOf(manifest: Manifest, context: SpackContext): ReadonlyMap<string, string> {
  const repos = mergedSection(manifest.scopes, "repos");
  const entries = repos?.kind === "map" ? repos.entries : [];
  return new Map(
    entries.flatMap(({ key, value }) => {
      const text = textOf(value) ?? textOf(at(value, "destination"));
      if (text === undefined) return [];
      const base = { folder: manifest.folder, environmentFolder: manifest.folder };
      const expanded = expandPath(text, base, context);
      return expanded.known ? [[key, expanded.path] as const] : [];
    }),
  );
}

/** `extra_attributes: environment:` of an external, which the lock keeps. */
function externalChanges(lock: LoadedLock | undefined, hash: string) {
  const external = lock?.raw(hash)?.["external"];
  const attributes = isJsonObject(external) ? external["extra_attributes"] : undefined;
  return isJsonObject(attributes) ? (configuredChanges(attributes["environment"]) ?? []) : [];
}

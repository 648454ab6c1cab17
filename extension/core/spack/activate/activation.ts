import { rootHashes } from "../lockfile/closure.ts";
import type { SpecHash } from "../lockfile/lockfile.ts";
import { topological } from "../view/topological.ts";
import { deduplicated, type EnvironmentChange } from "./changes.ts";
import type { ActivationInput, ActivationView } from "./input.ts";
import { prefixChanges, viewChanges } from "./inspections.ts";
import { runtimeUses } from "./order.ts";
import { projected } from "./projection.ts";
import { type RecipeWarning, recipeChanges } from "./recipe-changes.ts";
import { folderTest } from "./site-files.ts";

export interface Activation {
  readonly path: string;
  readonly view: string | undefined;
  readonly changes: readonly EnvironmentChange[];
  /** The packages whose recipes may change more than is known here. */
  readonly warnings: readonly RecipeWarning[];
}

/**
 * The changes of the environment that activating makes, computed without Spack as Spack 1.1 computes them: configured
 * variables; with a view its folders, those of all installed packages that are used at run time, and what the packages'
 * recipes ask for. A recipe that is not understood is named in `warnings`.
 */
export async function computeActivation(input: ActivationInput): Promise<Activation> {
  const { view } = input;
  const base = { path: input.path, view: view?.name };
  if (view === undefined) return { ...base, changes: input.configured, warnings: [] };
  const nodes = input.lock.nodes;
  const roots = rootHashes(input.lock).filter((hash) => input.prefix(hash) !== undefined);
  const isFolder = folderTest(input.paths);
  const order = topological(input.lock, roots, ["link", "run"]).map(({ hash }) => hash);
  const folders = order.toReversed().flatMap((hash) => {
    const prefix = input.prefix(hash);
    return prefix === undefined ? [] : prefixChanges(prefix, input.inspections, isFolder);
  });
  const recipes = await recipeChanges(input, runtimeUses(nodes, roots), isFolder);
  const moved = projected([...folders, ...recipes.changes], places(input, view, order));
  const all = [...input.configured, ...viewChanges(view.root, input.inspections), ...moved];
  return { ...base, changes: deduplicated(all), warnings: recipes.warnings };
}

/** Prefixes and where the view has them; externals are never in a view. */
function places(
  { lock, prefix }: ActivationInput,
  view: ActivationView,
  order: readonly SpecHash[],
): ReadonlyMap<string, string> {
  return new Map(
    order.flatMap((hash) => {
      const from = prefix(hash);
      if (from === undefined || lock.nodes.get(hash)?.external !== undefined) return [];
      return [[from, view.place?.(hash) ?? view.root] as const];
    }),
  );
}

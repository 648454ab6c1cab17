import { SygaldryError } from "../../base/errors.ts";
import type { Lockfile, LockNode, SpecHash } from "../lockfile/lockfile.ts";
import { nodeSpec } from "../spec/node-spec.ts";
import { parseSpec } from "../spec/parse-spec.ts";
import { satisfies } from "../spec/satisfies.ts";
import { type EnvironmentChange, prepend } from "./changes.ts";
import type { ActivationInput } from "./input.ts";
import { type IsFolder, isSystemPath } from "./inspections.ts";
import { type Dependent, pythonChanges } from "./known.ts";
import { runtimeDependents, type Use } from "./order.ts";
import { runRecipeFunction } from "./recipe/evaluate.ts";
import { type Recipe, readRecipe, readRecipeSource } from "./recipe/recipe.ts";
import { UnsupportedPython } from "./recipe/tokens.ts";
import type { RecipeWorld } from "./recipe/world.ts";
import { fileTest } from "./site-files.ts";

/** A package whose recipe may change the environment in ways that only Spack can tell. */
export interface RecipeWarning {
  readonly hash: SpecHash;
  readonly name: string;
  readonly version: string;
  /** What was not understood. */
  readonly why: string;
}

interface RecipeResult {
  readonly changes: readonly EnvironmentChange[];
  readonly warnings: readonly RecipeWarning[];
}

/** What the recipes ask for, externals first, then from the leaves to the roots. */
export async function recipeChanges(
  input: ActivationInput,
  uses: readonly Use[],
  isFolder: IsFolder,
): Promise<RecipeResult> {
  const { nodes } = input.lock;
  const recipes = await readRecipes(input, uses);
  const backwards = uses.toReversed();
  const isExternal = ({ hash }: Use) => nodes.get(hash)?.external !== undefined;
  const ordered = [...backwards.filter(isExternal), ...backwards.filter((use) => !isExternal(use))];
  const dependents = runtimeDependents(nodes, new Set(uses.map(({ hash }) => hash)));
  const world = worldOf(input, isFolder);
  const results = ordered.flatMap((use) => {
    const node = nodes.get(use.hash);
    const prefix = input.prefix(use.hash);
    if (node === undefined || prefix === undefined) return [];
    const programs = use.root || use.executable ? programFolders(prefix, isFolder) : [];
    const own = packageChanges({ input, node, prefix, dependents, recipes, world });
    const extra = input.externalChanges?.(use.hash) ?? [];
    return [{ changes: [...programs, ...own.changes, ...extra], warnings: own.warnings }];
  });
  return {
    changes: results.flatMap(({ changes }) => changes),
    warnings: results.flatMap(({ warnings }) => warnings),
  };
}

/** A root's programs, and those of what is needed to run, are on PATH even without a view of them. */
function programFolders(prefix: string, isFolder: IsFolder): readonly EnvironmentChange[] {
  if (isSystemPath(prefix)) return [];
  return ["bin", "bin64"]
    .map((folder) => `${prefix}/${folder}`)
    .filter(isFolder)
    .map((folder) => prepend("PATH", folder));
}

async function readRecipes(
  input: ActivationInput,
  uses: readonly Use[],
): Promise<ReadonlyMap<SpecHash, Recipe>> {
  const entries = await Promise.all(
    uses.map(async ({ hash }) => {
      const node = input.lock.nodes.get(hash);
      const prefix = input.prefix(hash);
      if (node === undefined || prefix === undefined) return [];
      const kept = node.external === undefined ? input.paths.local(prefix) : undefined;
      const repository = input.repositories?.get(node.namespace);
      const text = await readRecipe(
        node,
        kept,
        repository === undefined ? undefined : input.paths.local(repository),
      );
      return text === undefined ? [] : [[hash, readRecipeSource(node.name, text)] as const];
    }),
  );
  return new Map(entries.flat());
}

interface PackageRequest {
  readonly input: ActivationInput;
  readonly node: LockNode;
  readonly prefix: string;
  readonly dependents: ReadonlyMap<SpecHash, readonly SpecHash[]>;
  readonly recipes: ReadonlyMap<SpecHash, Recipe>;
  readonly world: RecipeWorld;
}

function packageChanges(request: PackageRequest): RecipeResult {
  const { node, prefix, recipes, world } = request;
  const dependents = dependentsOf(request);
  const known = pythonChanges(node, prefix, pythonOf(request), dependents, world.isFolder);
  if (known !== undefined) return { changes: known, warnings: [] };
  const recipe = recipes.get(node.hash);
  if (recipe === undefined) return { changes: [], warnings: withoutRecipe(node) };
  const unclear = (why: string): RecipeResult => ({ changes: [], warnings: [warning(node, why)] });
  if (recipe.unclear !== undefined) return unclear(recipe.unclear);
  const { code } = recipe;
  if (code === undefined) return { changes: [], warnings: [] };
  const call = { recipe: code, self: node, world };
  try {
    const forDependents = dependents.flatMap((dependent) =>
      runRecipeFunction({ ...call, dependent: dependent.node }, "setup_dependent_run_environment"),
    );
    return { changes: [...forDependents, ...runRecipeFunction(call, "setup_run_environment")], warnings: [] };
  } catch (error) {
    if (error instanceof UnsupportedPython) return unclear(error.message);
    throw error;
  }
}

/** Externals that are part of every system set nothing. */
const quietExternals = new Set(["glibc", "musl", "compiler-wrapper", "gcc-runtime"]);

function withoutRecipe(node: LockNode): readonly RecipeWarning[] {
  return quietExternals.has(node.name) ? [] : [warning(node, "its recipe is not there")];
}

function warning({ hash, name, version }: LockNode, why: string): RecipeWarning {
  return { hash, name, version, why };
}

function dependentsOf({ input, node, dependents, recipes }: PackageRequest): readonly Dependent[] {
  return (dependents.get(node.hash) ?? []).flatMap((hash) => {
    const dependent = input.lock.nodes.get(hash);
    const prefix = input.prefix(hash);
    if (dependent === undefined || prefix === undefined) return [];
    const extendsPython = recipes.get(hash)?.extended.has("python") ?? dependent.name.startsWith("py-");
    return [{ node: dependent, prefix, extendsPython: extendsPython || dependent.name === "python-venv" }];
  });
}

function pythonOf({ input, node }: PackageRequest): LockNode | undefined {
  const edge = node.dependencies.find(({ name }) => name === "python");
  return edge === undefined ? undefined : input.lock.nodes.get(edge.hash);
}

function worldOf(input: ActivationInput, isFolder: IsFolder): RecipeWorld {
  return {
    node: (hash) => input.lock.nodes.get(hash),
    prefix: input.prefix,
    satisfies: (node, constraint) => holds(node, constraint, input.lock),
    isFolder,
    exists: fileTest(input.paths),
  };
}

/** Undefined for text that is no constraint. */
function holds(node: LockNode, constraint: string, lock: Lockfile): boolean | undefined {
  try {
    return satisfies(nodeSpec(node, lock), parseSpec(constraint));
  } catch (error) {
    if (error instanceof SygaldryError) return undefined;
    throw error;
  }
}

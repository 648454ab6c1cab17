import type { LockNode, SpecHash } from "../../lockfile/lockfile.ts";
import type { EnvironmentChange } from "../changes.ts";
import type { RecipeClass } from "./parse-class.ts";

/** What a recipe's function may ask about the world. */
export interface RecipeWorld {
  readonly node: (hash: SpecHash) => LockNode | undefined;
  /** Undefined when the package is nowhere. */
  readonly prefix: (hash: SpecHash) => string | undefined;
  /** Undefined when it cannot be said without Spack. */
  readonly satisfies: (node: LockNode, constraint: string) => boolean | undefined;
  readonly isFolder: (sitePath: string) => boolean;
  readonly exists: (sitePath: string) => boolean;
}

/** A call of one function of a recipe. */
export interface RecipeCall {
  readonly recipe: RecipeClass;
  readonly self: LockNode;
  /** The spec that needs it, for setup_dependent_run_environment. */
  readonly dependent?: LockNode;
  readonly world: RecipeWorld;
}

export type Value =
  | string
  | number
  | boolean
  | null
  | { readonly type: "list"; readonly items: readonly Value[] }
  | { readonly type: "prefix"; readonly path: string }
  | { readonly type: "spec"; readonly node: LockNode }
  | { readonly type: "version"; readonly text: string }
  /** `self`, `env`, `os`, `os.path`, `super()`: known by what is called on them. */
  | { readonly type: "object"; readonly name: string }
  | { readonly type: "method"; readonly of: Value; readonly name: string };

/** Where the environment's changes go while a function runs. */
export interface Frame extends RecipeCall {
  readonly changes: EnvironmentChange[];
  readonly variables: Map<string, Value>;
  /** Steps left, against a recipe that does not end. */
  readonly budget: { left: number };
  /** How many of the recipe's functions are inside each other. */
  readonly depth: number;
}

import type { SpackContext } from "../context/context.ts";
import { type ConfigValue, type Origin, switchOf, textOf, textsOf, at as valueAt } from "./config-value.ts";
import { expandPath } from "./path-variables.ts";
import type { ManifestProblem } from "./problems.ts";

export type Unify = boolean | "when_possible";

/** A package that is built from a working copy. */
export interface DevelopPackage {
  readonly name: string;
  readonly spec: string;
  /** Absolute, at the site; undefined when a variable in it is unknown here. */
  readonly path: string | undefined;
  readonly at: Origin;
}

/** Another environment whose lock is taken over. */
export interface IncludedEnvironment {
  /** As it is written. */
  readonly text: string;
  /** Absolute, at the site; undefined when a variable in it is unknown here. */
  readonly path: string | undefined;
  readonly at: Origin;
}

/** `concretizer:unify` of all scopes; true is the default that Spack is delivered with. */
export function unifyOf(concretizer: ConfigValue | undefined): Unify {
  const value = valueAt(concretizer, "unify");
  return textOf(value) === "when_possible" ? "when_possible" : (switchOf(value) ?? true);
}

export function developOf(
  value: ConfigValue | undefined,
  environmentFolder: string,
  context: SpackContext,
): readonly DevelopPackage[] {
  const entries = value?.kind === "map" ? value.entries : [];
  return entries.map((entry) => {
    const path = expandPath(
      textOf(valueAt(entry.value, "path")) ?? entry.key,
      { folder: environmentFolder, environmentFolder },
      context,
    );
    return {
      name: entry.key,
      spec: textOf(valueAt(entry.value, "spec")) ?? "",
      path: path.known ? path.path : undefined,
      at: entry.keyAt,
    };
  });
}

export function includedEnvironmentsOf(
  value: ConfigValue | undefined,
  environmentFolder: string,
  context: SpackContext,
  problems: ManifestProblem[],
): readonly IncludedEnvironment[] {
  return textsOf(value).map(({ text, at }) => {
    const path = expandPath(text, { folder: environmentFolder }, context);
    if (path.known) return { text, path: path.path, at };
    const message = `what ${path.unknown.join(", ")} stands for in include_concrete ${text} is not known here`;
    problems.push({ severity: "undecided", code: "path-variable", message, at });
    return { text, path: undefined, at };
  });
}

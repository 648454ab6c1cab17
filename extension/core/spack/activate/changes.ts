import path from "node:path";

/** One change of a variable, as Spack's recipes and configuration ask for it. */
export type EnvironmentChange =
  | { readonly kind: "set"; readonly name: string; readonly value: string }
  | { readonly kind: "unset"; readonly name: string }
  | {
      readonly kind: "prepend" | "append" | "remove" | "remove-first" | "remove-last";
      readonly name: string;
      /** A path; `separator` is `:` unless said otherwise. */
      readonly value: string;
      readonly separator: string;
    }
  | {
      readonly kind: "append-flags" | "remove-flags";
      readonly name: string;
      readonly value: string;
      readonly separator: string;
    }
  | { readonly kind: "deduplicate"; readonly name: string; readonly separator: string };

export type Variables = Readonly<Record<string, string | undefined>>;

/**
 * The environment after the changes, in order. The rules are those of Spack 1.1 (spack.util.environment), but for one: a
 * search path from which everything was removed stays empty, where Spack's becomes ".".
 */
export function applyChanges(before: Variables, changes: readonly EnvironmentChange[]): Variables {
  const after = { ...before };
  for (const change of changes) after[change.name] = applied(after[change.name], change);
  return after;
}

/**
 * What takes the changes back, as Spack does on deactivation: a variable that was set is unset, whatever it was before,
 * and what was removed stays so.
 */
export function reversed(changes: readonly EnvironmentChange[]): readonly EnvironmentChange[] {
  return [...changes].reverse().flatMap((change): EnvironmentChange[] => {
    switch (change.kind) {
      case "set":
        return [{ kind: "unset", name: change.name }];
      case "prepend":
        return [{ ...change, kind: "remove-first" }];
      case "append":
        return [{ ...change, kind: "remove-last" }];
      case "append-flags":
        return [{ ...change, kind: "remove-flags" }];
      default:
        return [];
    }
  });
}

export function prepend(name: string, value: string, separator = ":"): EnvironmentChange {
  return { kind: "prepend", name, value, separator };
}

/** Each variable's duplicates are removed, as after all changes for a view. */
export function deduplicated(changes: readonly EnvironmentChange[]): readonly EnvironmentChange[] {
  const names = [...new Set(changes.map(({ name }) => name))];
  return [...changes, ...names.map((name) => ({ kind: "deduplicate", name, separator: ":" }) as const)];
}

function applied(before: string | undefined, change: EnvironmentChange): string | undefined {
  switch (change.kind) {
    case "set":
      return change.value;
    case "unset":
      return undefined;
    case "append-flags":
      return before ? before + change.separator + change.value : change.value;
    case "remove-flags":
      return parts(before, change.separator)
        .filter((flag) => flag !== change.value)
        .join(change.separator);
    case "deduplicate":
      return [...new Set(parts(before, change.separator).map(normalPath))].join(change.separator);
    default:
      return onPaths(before, change).join(change.separator);
  }
}

function onPaths(
  before: string | undefined,
  {
    kind,
    value,
    separator,
  }: Extract<EnvironmentChange, { kind: "prepend" | "append" | "remove" | "remove-first" | "remove-last" }>,
): readonly string[] {
  const wanted = normalPath(value);
  const entries = parts(before, separator);
  if (kind === "prepend") return [wanted, ...entries];
  if (kind === "append") return [...entries, wanted];
  const normal = entries.map(normalPath);
  if (kind === "remove") return normal.filter((entry) => entry !== wanted);
  const at = kind === "remove-first" ? normal.indexOf(wanted) : normal.lastIndexOf(wanted);
  return at === -1 ? normal : normal.toSpliced(at, 1);
}

function parts(value: string | undefined, separator: string): readonly string[] {
  return value === undefined || value === "" ? [] : value.split(separator);
}

/** As Python's os.path.normpath: no slash at the end, and exactly two at the beginning stay two. */
export function normalPath(file: string): string {
  const normal = path.posix.normalize(file).replace(/(?<=.)\/$/, "");
  return /^\/\/(?!\/)/.test(file) ? `/${normal}`.replace(/^\/\/\/+/, "//") : normal;
}

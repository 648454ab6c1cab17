import type { LockDependency, LockNode, VariantValue } from "../lockfile/lockfile.ts";

/** One difference between two solutions of a package, apart from its dependencies' own contents. */
export interface NodeChange {
  readonly what:
    | "version"
    | "variant"
    | "flags"
    | "target"
    | "os"
    | "platform"
    | "namespace"
    | "compiler"
    | "external"
    | "patches"
    | "recipe"
    | "dependency";
  /** Which variant, flag or dependency. */
  readonly name?: string;
  /** Undefined: not there before. */
  readonly before: string | undefined;
  /** Undefined: not there any more. */
  readonly after: string | undefined;
}

/** What differs between two nodes themselves; a dependency counts by name, kind and virtuals, not by its hash. */
export function nodeChanges(before: LockNode, after: LockNode): readonly NodeChange[] {
  return [
    ...changed("version", before.version, after.version),
    ...changedKeys("variant", variantTexts(before), variantTexts(after)),
    ...changedKeys("flags", flagTexts(before), flagTexts(after)),
    ...changed("target", before.target, after.target),
    ...changed("os", before.os, after.os),
    ...changed("platform", before.platform, after.platform),
    ...changed("namespace", before.namespace, after.namespace),
    ...changed("compiler", compilerText(before), compilerText(after)),
    ...changed("external", externalText(before), externalText(after)),
    ...changed("patches", before.patches.join(", "), after.patches.join(", ")),
    ...changedKeys("dependency", edgeTexts(before), edgeTexts(after)),
    ...recipeChange(before, after),
  ];
}

/** The recipe's digest also moves with the version and the patches, which then say it better. */
function recipeChange(before: LockNode, after: LockNode): readonly NodeChange[] {
  if (before.version !== after.version || before.patches.join() !== after.patches.join()) return [];
  return changed("recipe", before.packageHash?.slice(0, 7), after.packageHash?.slice(0, 7));
}

function changed(
  what: NodeChange["what"],
  before: string | undefined,
  after: string | undefined,
): readonly NodeChange[] {
  return before === after ? [] : [{ what, before: before || undefined, after: after || undefined }];
}

function changedKeys(
  what: NodeChange["what"],
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
): readonly NodeChange[] {
  return [...new Set([...before.keys(), ...after.keys()])]
    .sort()
    .filter((name) => before.get(name) !== after.get(name))
    .map((name) => ({ what, name, before: before.get(name), after: after.get(name) }));
}

function variantTexts({ variants }: LockNode): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(variants)
      .filter(([name]) => name !== "patches")
      .map(([name, value]) => [name, variantText(name, value)]),
  );
}

/** As in a spec: `+mpi`, `~mpi`, `build_type=Release`, `languages=c,c++`. */
function variantText(name: string, value: VariantValue): string {
  if (typeof value === "boolean") return `${value ? "+" : "~"}${name}`;
  return `${name}=${typeof value === "string" ? value : value.join(",")}`;
}

function flagTexts({ flags }: LockNode): ReadonlyMap<string, string> {
  return new Map(Object.entries(flags).map(([name, words]) => [name, words.join(" ")]));
}

/** Before lockfile version 6; from then on the compiler is a dependency. */
function compilerText({ compiler }: LockNode): string | undefined {
  return compiler && `${compiler.name}@${compiler.version}`;
}

function externalText({ external }: LockNode): string | undefined {
  return external && (external.path ?? external.modules.join(", "));
}

/** A package may be needed twice in different ways: at another version for building, say. */
function edgeTexts({ dependencies }: LockNode): ReadonlyMap<string, string> {
  const texts = new Map<string, string>();
  for (const edge of dependencies) {
    const others = texts.get(edge.name);
    texts.set(edge.name, others === undefined ? edgeText(edge) : `${others}; ${edgeText(edge)}`);
  }
  return texts;
}

function edgeText({ types, virtuals }: LockDependency): string {
  return `${types.join(",")}${virtuals.length === 0 ? "" : ` as ${virtuals.join(",")}`}`;
}

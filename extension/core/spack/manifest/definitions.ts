import type { SpackContext } from "../context/context.ts";
import { evaluateCondition } from "./condition/condition.ts";
import { type ConfigMap, type ConfigValue, type Origin, textOf, textsOf } from "./config-value.ts";
import type { ManifestProblem } from "./problems.ts";

/** Through what a spec came into the list: a reference to a definition, or a matrix. Outermost first. */
export interface Via {
  readonly kind: "definition" | "matrix";
  /** Of the definition; empty for a matrix. */
  readonly name: string;
  /** Where the reference or the matrix stands. */
  readonly at: Origin;
}

interface SpecText {
  readonly kind: "text";
  readonly text: string;
  /** Nothing stands there at all; to Spack an empty spec. */
  readonly nothing: boolean;
  readonly at: Origin;
}

export interface SpecMatrix {
  readonly kind: "matrix";
  readonly rows: readonly (readonly SpecItem[])[];
  readonly exclude: readonly { readonly text: string; readonly at: Origin }[];
  /** Put in front of the first row. Spack keeps it with the definition: after one `$^name`, every use of the matrix has it. */
  sigil: string;
  readonly at: Origin;
}

/** An element of a list of specs, with references resolved. */
export interface SpecItem {
  readonly item: SpecText | SpecMatrix;
  readonly via: readonly Via[];
}

export type Definitions = ReadonlyMap<string, readonly SpecItem[]>;

/** What the lists of specs are made from. */
export interface ListReading {
  readonly context: SpackContext;
  readonly problems: ManifestProblem[];
}

/**
 * The definitions of all scopes, those of one name joined, in the order in which names come up: a definition knows only those
 * before it. A condition that cannot be decided counts as false and is told in `problems`.
 */
export function definitionsOf(value: ConfigValue | undefined, reading: ListReading): Definitions {
  const byName = new Map<string, ConfigMap[]>();
  for (const item of value?.kind === "list" ? value.items : []) {
    const name = nameOf(item, reading);
    if (name === undefined || item.kind !== "map") continue;
    byName.set(name, [...(byName.get(name) ?? []), item]);
  }
  const definitions = new Map<string, readonly SpecItem[]>();
  for (const [name, parts] of byName) {
    const counting = parts.filter((part) => counts(name, part, reading));
    const items = counting.flatMap((part) => itemsOf(part.entries.find((e) => e.key === name)?.value));
    definitions.set(name, resolveList(items, definitions, reading));
  }
  return definitions;
}

/** The list without references, in order. */
export function resolveList(
  items: readonly ConfigValue[],
  definitions: Definitions,
  reading: ListReading,
): readonly SpecItem[] {
  return items.flatMap((item): readonly SpecItem[] => {
    if (item.kind === "map") return matrixOf(item, definitions, reading);
    const nothing = item.kind === "scalar" && item.value === null;
    const text = nothing ? "" : textOf(item);
    if (text === undefined) return [];
    if (text.startsWith("$")) return referenced(text, item.at, definitions, reading);
    return [{ item: { kind: "text", text, nothing, at: item.at }, via: [] }];
  });
}

export function itemsOf(value: ConfigValue | undefined): readonly ConfigValue[] {
  return value?.kind === "list" ? value.items : [];
}

function nameOf(item: ConfigValue, { problems }: ListReading): string | undefined {
  if (item.kind !== "map") return undefined;
  const names = item.entries.map(({ key }) => key).filter((key) => key !== "when");
  const when = item.entries.find(({ key }) => key === "when")?.value;
  // To Spack an empty condition is none, and then "when" is a second name.
  const empty = when !== undefined && textOf(when) === "";
  const [name] = names;
  if (names.length === 1 && !empty) return name;
  const message = empty
    ? `the condition of the definition ${name ?? ""} is empty, which Spack refuses`
    : `a definition has one name, this one has ${names.length === 0 ? "none" : names.join(", ")}`;
  problems.push({ severity: "error", code: "definition", message, at: item.at });
  return undefined;
}

function counts(name: string, part: ConfigMap, { context, problems }: ListReading): boolean {
  const when = part.entries.find(({ key }) => key === "when")?.value;
  const text = textOf(when);
  if (text === undefined) return true;
  const outcome = evaluateCondition(text, context);
  if (outcome.kind === "value") return outcome.value;
  const message = `the condition of the definition ${name} ${outcome.why}`;
  problems.push({ severity: outcome.kind, code: "condition", message, at: when?.at });
  return false;
}

function matrixOf(item: ConfigMap, definitions: Definitions, reading: ListReading): readonly SpecItem[] {
  const rows = item.entries.find(({ key }) => key === "matrix")?.value;
  if (rows?.kind !== "list") {
    if (item.entries.some(({ key }) => key === "group")) {
      const message = "groups of specs are of Spack 1.2, and how that expands them is not known here";
      reading.problems.push({ severity: "undecided", code: "spec-group", message, at: item.at });
    }
    return [];
  }
  const matrix: SpecMatrix = {
    kind: "matrix",
    rows: rows.items.map((row) => resolveList(itemsOf(row), definitions, reading)),
    exclude: textsOf(item.entries.find(({ key }) => key === "exclude")?.value),
    sigil: "",
    at: item.at,
  };
  return [{ item: matrix, via: [{ kind: "matrix", name: "", at: item.at }] }];
}

/** `$name`, `$^name`, `$%name` */
function referenced(
  text: string,
  at: Origin,
  definitions: Definitions,
  { problems }: ListReading,
): readonly SpecItem[] {
  const [, sigil = "", name = ""] = /^\$([\^%]?)(.*)$/s.exec(text) ?? [];
  const items = definitions.get(name);
  if (items === undefined) {
    const known = [...definitions.keys()];
    const hint = known.length === 0 ? "" : `; known here: ${known.join(", ")}`;
    const message = `no definition ${JSON.stringify(name)} comes before this${hint}`;
    problems.push({ severity: "error", code: "undefined-reference", message, at });
    return [];
  }
  return items.flatMap(({ item, via }): readonly SpecItem[] => {
    const through = [{ kind: "definition", name, at } as const, ...via];
    if (sigil === "") return [{ item, via: through }];
    if (item.kind === "matrix") {
      item.sigil = sigil;
      return [{ item, via: through }];
    }
    if (item.nothing) {
      const message = `the definition ${name} has an empty item, and Spack fails to put ${sigil} in front of it`;
      problems.push({ severity: "error", code: "definition", message, at });
      return [];
    }
    return [{ item: { ...item, text: sigil + item.text }, via: through }];
  });
}

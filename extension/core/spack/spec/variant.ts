import { quoteIfNeeded } from "./quoting.ts";
import { SpecValueError } from "./spec-errors.ts";
import { sortedSet } from "./text-order.ts";

/** `+mpi` is a switch, `build_type=Debug` has one value or several; a recipe alone knows whether several are allowed. */
export interface Variant {
  readonly name: string;
  readonly kind: "switch" | "single" | "multiple";
  /** Distinct and ordered; "True" or "False" of a switch; empty for `name=*`, any value. */
  readonly values: readonly string[];
  /** Exactly these values (`:=`, a switch, a node of a lock), rather than these among others. */
  readonly exact: boolean;
  /** Doubled sign (`++`, `~~`, `==`): for the dependencies too. */
  readonly propagate: boolean;
}

export function switchVariant(name: string, on: boolean, propagate: boolean): Variant {
  return { name, kind: "switch", values: [on ? "True" : "False"], exact: true, propagate };
}

/** A variant from `name=value`; `value` without its quotes. Throws SpecValueError. */
export function variantFromText(name: string, value: string, propagate: boolean, exact: boolean): Variant {
  const upper = value.toUpperCase();
  if (upper === "TRUE" || upper === "FALSE") return switchVariant(name, upper === "TRUE", propagate);
  if (value === "*") return { name, kind: "multiple", values: [], exact: false, propagate };
  const values = value.split(",");
  if (values.includes("*")) throw new SpecValueError("* stands alone", "either * or a list of values");
  return {
    name,
    kind: "multiple",
    values: values.length > 1 ? sortedSet(values) : values,
    exact,
    propagate,
  };
}

/** As in a spec, without the space in front that `name=value` needs. */
export function formatVariant({ name, kind, values, exact, propagate }: Variant): string {
  if (kind === "switch") {
    const sign = values[0] === "True" ? "+" : "~";
    return `${propagate ? sign + sign : sign}${name}`;
  }
  const text = values.length === 0 ? "*" : shortPatches(name, exact, values).join(",");
  return `${name}${kind === "multiple" && exact ? ":" : ""}${propagate ? "==" : "="}${quoteIfNeeded(text)}`;
}

/** Equal for variants that Spack holds equal, and for no others. */
export function variantKey({ name, values, exact, propagate }: Variant): string {
  return JSON.stringify([name, propagate, exact, values]);
}

/** Whether all that `a` allows is allowed by `b`, which has the same name. */
export function variantSatisfies(a: Variant, b: Variant): boolean {
  if (b.exact) return a.exact && sameValues(a, b);
  // Digests of patches may be shortened.
  if (b.name === "patches")
    return b.values.every((value) => a.values.some((whole) => whole.startsWith(value)));
  return includesAll(a, b);
}

/** Whether some value meets both; both have the same name. */
export function variantsIntersect(a: Variant, b: Variant): boolean {
  if (a.exact) return b.exact ? sameValues(a, b) : includesAll(a, b);
  return b.exact ? includesAll(b, a) : true;
}

/** What meets both; undefined when nothing does. */
export function constrainVariant(a: Variant, b: Variant): Variant | undefined {
  if (!variantsIntersect(a, b)) return undefined;
  const kind = kinds.indexOf(a.kind) > kinds.indexOf(b.kind) ? b.kind : a.kind;
  const values = [...a.values, ...b.values];
  return {
    name: a.name,
    kind,
    values: values.length > 1 ? sortedSet(values) : values,
    exact: a.exact || b.exact,
    propagate: a.propagate && b.propagate,
  };
}

const kinds = ["switch", "single", "multiple"];

function sameValues(a: Variant, b: Variant): boolean {
  return a.values.length === b.values.length && includesAll(a, b);
}

/** A switch and a text are never the same value: no text reads as True or False. */
function includesAll(a: Variant, b: Variant): boolean {
  return b.values.every((value) => a.values.includes(value));
}

function shortPatches(name: string, exact: boolean, values: readonly string[]): readonly string[] {
  return name === "patches" && exact ? values.map((value) => value.slice(0, 7)) : values;
}

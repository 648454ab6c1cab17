import { ConditionError, Undecided } from "./outcome.ts";

/** A Python value of a condition. */
export type Value =
  | string
  | boolean
  | null
  | { readonly type: "int" | "float"; readonly value: number }
  | { readonly type: "list" | "tuple" | "set"; readonly items: readonly Value[] }
  | { readonly type: "dict"; readonly entries: readonly (readonly [Value, Value])[] }
  | { readonly type: "match"; readonly groups: readonly Value[]; readonly named: ReadonlyMap<string, Value> }
  /** Something with attributes of its own: `re`, `env`, `arch`. */
  | { readonly type: "object"; readonly name: string; readonly attribute: (name: string) => Value }
  | { readonly type: "function"; readonly name: string; readonly call: (args: readonly Value[]) => Value }
  /** Not known here; what it takes part in is not known either. `fails`: for some value of it Python may raise. */
  | { readonly type: "unknown"; readonly why: string; readonly fails: boolean };

export type Unknown = Extract<Value, { readonly type: "unknown" }>;

export function isUnknown(value: Value): value is Unknown {
  return typeof value === "object" && value !== null && value.type === "unknown";
}

/** The unknown among the values, for an operation that may fail on what it stands for. */
export function unknownOf(values: readonly Value[]): Unknown | undefined {
  const found = values.find(isUnknown);
  return found === undefined ? undefined : { ...found, fails: true };
}

export function isAscii(text: string): boolean {
  return !/[\u0080-\uffff]/.test(text);
}

export function int(value: number): Value {
  if (!Number.isSafeInteger(value)) throw new Undecided("computes with numbers that are too large");
  return { type: "int", value };
}

export function list(items: readonly Value[]): Value {
  return { type: "list", items };
}

export function func(name: string, call: (args: readonly Value[]) => Value): Value {
  return { type: "function", name, call };
}

/** What Python calls it, in messages. */
export function typeName(value: Value): string {
  if (value === null) return "None";
  if (typeof value === "string") return "str";
  if (typeof value === "boolean") return "bool";
  return value.type === "object" || value.type === "function" ? value.name : value.type;
}

/** The number of an int, a float or a bool, which is an int in Python. */
export function numberOf(value: Value): number | undefined {
  if (typeof value === "boolean") return value ? 1 : 0;
  if (value === null || typeof value === "string") return undefined;
  return value.type === "int" || value.type === "float" ? value.value : undefined;
}

export function isTrue(value: Value): boolean {
  if (value === null || typeof value === "boolean") return value ?? false;
  if (typeof value === "string") return value !== "";
  if (value.type === "unknown") throw new Undecided(value.why);
  const number = numberOf(value);
  if (number !== undefined) return number !== 0;
  if (value.type === "list" || value.type === "tuple" || value.type === "set") return value.items.length > 0;
  return value.type === "dict" ? value.entries.length > 0 : true;
}

export function isEqual(a: Value, b: Value): boolean {
  const [left, right] = [numberOf(a), numberOf(b)];
  if (left !== undefined || right !== undefined) return left === right;
  if (a === null || b === null || typeof a !== "object" || typeof b !== "object") return a === b;
  if (a.type !== b.type) return false;
  if ((a.type === "list" && b.type === "list") || (a.type === "tuple" && b.type === "tuple")) {
    return a.items.length === b.items.length && a.items.every((item, i) => isEqual(item, b.items[i] ?? null));
  }
  if (a.type === "set" && b.type === "set") {
    return a.items.every((item) => holds(b, item)) && b.items.every((item) => holds(a, item));
  }
  throw new Undecided(`compares ${typeName(a)} with ${typeName(b)}`);
}

/** Negative, zero or positive. Throws ConditionError for what Python cannot order. */
export function order(a: Value, b: Value): number {
  const [left, right] = [numberOf(a), numberOf(b)];
  if (left !== undefined && right !== undefined) return left - right;
  if (typeof a === "string" && typeof b === "string") return orderTexts(a, b);
  if (typeof a === "object" && typeof b === "object" && a !== null && b !== null) {
    throw new Undecided(`orders ${typeName(a)} and ${typeName(b)}`);
  }
  throw new ConditionError(`orders ${typeName(a)} and ${typeName(b)}, which Python cannot`);
}

/** By code points, as Python does. */
function orderTexts(a: string, b: string): number {
  const [left, right] = [Array.from(a), Array.from(b)];
  const different = left.findIndex((character, index) => character !== right[index]);
  if (different === -1) return left.length - right.length;
  const other = right[different];
  return other === undefined ? 1 : (left[different]?.codePointAt(0) ?? 0) - (other.codePointAt(0) ?? 0);
}

/** Python's `item in container`. */
export function holds(container: Value, item: Value): boolean {
  if (typeof container === "string") {
    if (typeof item === "string") return container.includes(item);
    throw new ConditionError(`looks for ${typeName(item)} in a str, which Python cannot`);
  }
  if (container !== null && typeof container === "object") {
    if (container.type === "list" || container.type === "tuple" || container.type === "set") {
      return container.items.some((candidate) => isEqual(candidate, item));
    }
    if (container.type === "dict") return container.entries.some(([key]) => isEqual(key, item));
    if (container.type === "object") throw new Undecided(`looks into ${container.name}`);
  }
  throw new ConditionError(`looks into ${typeName(container)}, which Python cannot`);
}

/** What iterating over it gives. */
export function itemsOf(value: Value): readonly Value[] {
  if (typeof value === "string") return Array.from(value);
  if (value !== null && typeof value === "object") {
    if (value.type === "list" || value.type === "tuple") return value.items;
    if (value.type === "dict") return value.entries.map(([key]) => key);
    if (value.type === "set") throw new Undecided("depends on the order of a set");
  }
  throw new ConditionError(`goes through ${typeName(value)}, which Python cannot`);
}

import { ConditionError, Undecided } from "./outcome.ts";
import { stringMethod } from "./strings.ts";
import {
  func,
  isEqual,
  isUnknown,
  itemsOf,
  numberOf,
  typeName,
  type Unknown,
  unknownOf,
  type Value,
} from "./values.ts";

/** `of.name` */
export function attributeOf(of: Value, name: string): Value {
  if (isUnknown(of)) return unknownMethod(of, name);
  if (typeof of === "string") return stringMethod(of, name);
  if (typeof of === "object" && of !== null) {
    if (of.type === "object" && !name.startsWith("__")) return of.attribute(name);
    if (of.type === "match") return matchMethod(of, name);
    if (of.type === "dict" && name === "get") return func("dict.get", (args) => lookUp(of, args));
    throw new Undecided(`uses .${name} of ${typeName(of)}, which is not evaluated here`);
  }
  if (of === null) throw new ConditionError(`uses .${name} of None, which has none`);
  throw new Undecided(`uses .${name} of ${typeName(of)}, which is not evaluated here`);
}

/** Methods that no text fails on, when their arguments are texts. */
const harmless: ReadonlySet<string> = new Set(["startswith", "endswith", "lower", "upper", "strip"]);

function unknownMethod(of: Unknown, name: string): Value {
  if (of.fails || !harmless.has(name)) return { ...of, fails: true };
  return func(name, (args) => ({
    ...of,
    fails: !args.every((arg) => typeof arg === "string" || isTexts(arg)),
  }));
}

function isTexts(value: Value): boolean {
  if (typeof value !== "object" || value?.type !== "tuple") return false;
  return value.items.every((item) => typeof item === "string");
}

function lookUp(dict: Extract<Value, { readonly type: "dict" }>, [key, otherwise]: readonly Value[]): Value {
  if (key === undefined) throw new ConditionError("calls get without a key");
  if (isUnknown(key)) return { ...key, fails: true };
  return dict.entries.findLast(([candidate]) => isEqual(candidate, key))?.[1] ?? otherwise ?? null;
}

function matchMethod(match: Extract<Value, { readonly type: "match" }>, name: string): Value {
  if (name === "group") return func("group", (args) => groupOf(match, args));
  if (name === "groups") {
    return func("groups", () => ({ type: "tuple", items: match.groups.slice(1) }));
  }
  throw new Undecided(`uses .${name} of a match, which is not evaluated here`);
}

function groupOf(match: Extract<Value, { readonly type: "match" }>, args: readonly Value[]): Value {
  if (args.length > 1) throw new Undecided("asks a match for several groups");
  const [which = { type: "int", value: 0 } as const] = args;
  const group = typeof which === "string" ? match.named.get(which) : match.groups[numberOf(which) ?? -1];
  if (group === undefined)
    throw new ConditionError("asks a match for a group that the pattern does not have");
  return group;
}

/** `of[index]` */
export function indexOf(of: Value, index: Value): Value {
  const unknown = unknownOf([of, index]);
  if (unknown !== undefined) return unknown;
  if (typeof of === "object" && of !== null) {
    if (of.type === "dict") return required(of.entries.findLast(([key]) => isEqual(key, index))?.[1], index);
    if (of.type === "match") return groupOf(of, [index]);
    if (of.type === "object") return callItem(of.attribute("__getitem__"), index);
    if (of.type === "set") throw new ConditionError("indexes a set, which Python cannot");
  }
  const items = itemsOf(of);
  const number = numberOf(index);
  if (number === undefined) throw new ConditionError(`indexes by ${typeName(index)}, which Python cannot`);
  return required(items.at(number), index);
}

function callItem(getter: Value, index: Value): Value {
  if (typeof getter === "object" && getter?.type === "function") return getter.call([index]);
  throw new Undecided("indexes something that is not evaluated here");
}

function required(value: Value | undefined, index: Value): Value {
  if (value !== undefined) return value;
  const name = typeof index === "string" ? index : String(numberOf(index));
  throw new ConditionError(`indexes by ${name}, which is not there`);
}

/** `of[from:to]` */
export function sliceOf(of: Value, bounds: readonly Value[]): Value {
  const unknown = unknownOf([of, ...bounds]);
  if (unknown !== undefined) return unknown;
  const [from, to, step] = bounds.map(bound);
  if (step !== undefined) throw new Undecided("slices by steps, which is not evaluated here");
  if (typeof of === "string") return Array.from(of).slice(from, to).join("");
  const items = itemsOf(of).slice(from, to);
  return typeof of === "object" && of?.type === "tuple" ? { type: "tuple", items } : { type: "list", items };
}

function bound(value: Value): number | undefined {
  if (value === null) return undefined;
  const number = numberOf(value);
  if (number === undefined) throw new ConditionError(`slices at ${typeName(value)}, which Python cannot`);
  return number;
}

import { ConditionError, Undecided } from "./outcome.ts";
import { func, int, isTrue, itemsOf, list, numberOf, typeName, unknownOf, type Value } from "./values.ts";

/** A builtin function of Python. Throws ConditionError when there is none of that name. */
export function builtin(name: string): Value {
  const body = bodies.get(name);
  if (body !== undefined) return func(name, (args) => unknownOf(args) ?? body(args));
  if (others.has(name)) throw new Undecided(`uses ${name}, which is not evaluated here`);
  throw new ConditionError(`names ${name}, which Spack does not know`);
}

const bodies: ReadonlyMap<string, (args: readonly Value[]) => Value> = new Map<
  string,
  (args: readonly Value[]) => Value
>([
  ["int", (args) => toInt(one(args))],
  ["str", (args) => toStr(one(args))],
  ["bool", (args) => isTrue(one(args))],
  ["len", (args) => int(itemsOf(sized(one(args))).length)],
  ["any", (args) => itemsOf(one(args)).some(isTrue)],
  ["all", (args) => itemsOf(one(args)).every(isTrue)],
  ["list", (args) => list(args.length === 0 ? [] : itemsOf(one(args)))],
  ["tuple", (args) => ({ type: "tuple", items: args.length === 0 ? [] : itemsOf(one(args)) })],
]);

const others: ReadonlySet<string> = new Set(
  `abs aiter anext ascii bin breakpoint bytearray bytes callable chr classmethod compile complex delattr dict dir divmod enumerate
   eval exec filter float format frozenset getattr globals hasattr hash help hex id input isinstance issubclass iter locals map
   max memoryview min next object oct open ord pow print property range repr reversed round set setattr slice sorted
   staticmethod sum super type vars zip __import__ __name__ __build_class__ __debug__ __doc__ __loader__ __spec__ Ellipsis
   NotImplemented Exception KeyError ValueError TypeError`.split(/\s+/),
);

function one(args: readonly Value[]): Value {
  const [first] = args;
  if (first === undefined || args.length > 1)
    throw new Undecided("calls a function with other than one argument");
  return first;
}

function sized(value: Value): Value {
  if (typeof value === "object" && value?.type === "set") return list(value.items);
  return value;
}

function toInt(value: Value): Value {
  const number = numberOf(value);
  if (number !== undefined) return int(Math.trunc(number));
  if (typeof value !== "string")
    throw new ConditionError(`makes an int of ${typeName(value)}, which Python cannot`);
  if (!/^\s*[+-]?\d+(?:_\d+)*\s*$/.test(value)) {
    throw new ConditionError(`makes an int of ${JSON.stringify(value)}, which is no number`);
  }
  return int(Number(value.replaceAll("_", "")));
}

function toStr(value: Value): Value {
  if (typeof value === "string") return value;
  if (typeof value === "boolean") return value ? "True" : "False";
  if (value === null) return "None";
  if (value.type === "int") return String(value.value);
  if (value.type === "object") return value.attribute("__str__");
  throw new Undecided(`makes a text of ${typeName(value)}`);
}

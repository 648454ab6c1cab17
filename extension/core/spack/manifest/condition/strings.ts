import { ConditionError, Undecided } from "./outcome.ts";
import { func, int, isAscii, itemsOf, list, numberOf, typeName, unknownOf, type Value } from "./values.ts";

type Method = (text: string, args: readonly Value[]) => Value;

/** A method of Python's str, bound to `text`. Throws ConditionError when str has none of that name. */
export function stringMethod(text: string, name: string): Value {
  const method = methods.get(name);
  if (method !== undefined) {
    return func(`str.${name}`, (args) => unknownOf(args) ?? method(text, args));
  }
  if (otherMethods.has(name) || name.startsWith("__"))
    throw new Undecided(`uses str.${name}, which is not evaluated here`);
  throw new ConditionError(`uses .${name}, which Python's str does not have`);
}

const methods: ReadonlyMap<string, Method> = new Map<string, Method>([
  ["startswith", (text, args) => affixes(args, "startswith").some((affix) => text.startsWith(affix))],
  ["endswith", (text, args) => affixes(args, "endswith").some((affix) => text.endsWith(affix))],
  ["lower", plain((text) => ascii(text).toLowerCase())],
  ["upper", plain((text) => ascii(text).toUpperCase())],
  ["casefold", plain((text) => ascii(text).toLowerCase())],
  ["strip", (text, args) => strip(text, args, true, true)],
  ["lstrip", (text, args) => strip(text, args, true, false)],
  ["rstrip", (text, args) => strip(text, args, false, true)],
  ["split", (text, args) => split(text, args)],
  ["rsplit", (text, args) => rsplit(text, args)],
  ["partition", (text, args) => partition(text, args)],
  ["replace", (text, args) => replace(text, args)],
  ["find", (text, args) => int(find(text, only(args)))],
  ["count", (text, args) => int(count(text, only(args)))],
  ["join", (text, args) => join(text, args)],
  ["isdigit", plain((text) => /^[0-9]+$/.test(ascii(text)))],
  ["isalpha", plain((text) => /^[A-Za-z]+$/.test(ascii(text)))],
  ["isalnum", plain((text) => /^[A-Za-z0-9]+$/.test(ascii(text)))],
  ["removeprefix", (text, args) => (text.startsWith(only(args)) ? text.slice(only(args).length) : text)],
  [
    "removesuffix",
    (text, args) =>
      only(args) !== "" && text.endsWith(only(args)) ? text.slice(0, -only(args).length) : text,
  ],
]);

/** What Python's str has besides. */
const otherMethods: ReadonlySet<string> = new Set(
  `capitalize center encode expandtabs format format_map index isascii isdecimal isidentifier islower isnumeric isprintable
   isspace istitle isupper ljust maketrans rfind rindex rjust rpartition splitlines swapcase title translate zfill`.split(
    /\s+/,
  ),
);

function characters(text: string): number {
  return Array.from(text).length;
}

function find(text: string, part: string): number {
  const at = text.indexOf(part);
  return at === -1 ? -1 : characters(text.slice(0, at));
}

/** A method without arguments. */
function plain(body: (text: string) => Value): Method {
  return (text, args) => {
    if (args.length > 0) throw new ConditionError("gives an argument to a method that takes none");
    return body(text);
  };
}

function only(args: readonly Value[]): string {
  if (args.length > 1)
    throw new Undecided("gives positions to a method of a text, which is not evaluated here");
  return string(args[0]);
}

function string(value: Value | undefined): string {
  if (typeof value === "string") return value;
  throw new ConditionError(
    value === undefined ? "leaves out an argument" : `gives ${typeName(value)} where Python wants a str`,
  );
}

/** Beyond ASCII, case and white space differ between Python and us in details. */
function ascii(text: string): string {
  if (isAscii(text)) return text;
  throw new Undecided("uses a method of a text that is not ASCII");
}

function affixes(args: readonly Value[], name: string): readonly string[] {
  const [first] = args;
  if (args.length > 1) throw new Undecided(`gives positions to ${name}, which is not evaluated here`);
  const tuple = typeof first === "object" && first !== null && first.type === "tuple";
  return tuple ? first.items.map(string) : [string(first)];
}

function strip(text: string, args: readonly Value[], left: boolean, right: boolean): string {
  const [set] = args;
  const all = Array.from(set === undefined ? ascii(text) : text);
  const drops = (character: string | undefined) =>
    character !== undefined &&
    (set === undefined || set === null ? /\s/.test(character) : string(set).includes(character));
  let [start, end] = [0, all.length];
  while (left && start < end && drops(all[start])) start++;
  while (right && end > start && drops(all[end - 1])) end--;
  return all.slice(start, end).join("");
}

function split(text: string, args: readonly Value[]): Value {
  const [separator, most] = args;
  if (most !== undefined) throw new Undecided("limits a split, which is not evaluated here");
  if (separator === undefined || separator === null) return list(ascii(text).split(/\s+/).filter(Boolean));
  return list(text.split(filled(separator)));
}

function rsplit(text: string, args: readonly Value[]): Value {
  const [separator, most] = args;
  if (most === undefined) return split(text, args);
  const parts = text.split(filled(separator));
  const number = numberOf(most);
  if (number === undefined) throw new ConditionError("limits a split by something that is no number");
  if (number < 0 || parts.length <= number + 1) return list(parts);
  const kept = parts.length - number;
  return list([parts.slice(0, kept).join(filled(separator)), ...parts.slice(kept)]);
}

function filled(separator: Value | undefined): string {
  if (separator === null) throw new Undecided("limits a split at spaces, which is not evaluated here");
  const text = string(separator);
  if (text === "") throw new ConditionError("splits at an empty text, which Python refuses");
  return text;
}

function partition(text: string, args: readonly Value[]): Value {
  const separator = filled(args[0]);
  const at = text.indexOf(separator);
  const items =
    at === -1 ? [text, "", ""] : [text.slice(0, at), separator, text.slice(at + separator.length)];
  return { type: "tuple", items };
}

function replace(text: string, args: readonly Value[]): string {
  if (args.length > 2) throw new Undecided("limits a replace, which is not evaluated here");
  const [from, to] = [string(args[0]), string(args[1])];
  return from === ""
    ? to +
        Array.from(text)
          .map((character) => character + to)
          .join("")
    : text.replaceAll(from, () => to);
}

function count(text: string, part: string): number {
  return part === "" ? characters(text) + 1 : text.split(part).length - 1;
}

function join(text: string, args: readonly Value[]): string {
  const [items] = args;
  if (items === undefined) throw new ConditionError("leaves out an argument");
  return itemsOf(items).map(string).join(text);
}

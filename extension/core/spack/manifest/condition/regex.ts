import { ConditionError, Undecided } from "./outcome.ts";
import { func, isAscii, list, numberOf, typeName, unknownOf, type Value } from "./values.ts";

/** Python's `re`, as far as patterns mean the same in both worlds or can be translated. */
export const regexModule: Value = { type: "object", name: "re", attribute };

function attribute(name: string): Value {
  const flag = flags.get(name);
  if (flag !== undefined) return { type: "int", value: flag };
  const body = functions.get(name);
  if (body !== undefined) return func(`re.${name}`, (args) => unknownOf(args) ?? body(args));
  if (otherNames.has(name)) throw new Undecided(`uses re.${name}, which is not evaluated here`);
  throw new ConditionError(`uses re.${name}, which does not exist`);
}

/** Python's values of the flags. */
const flags: ReadonlyMap<string, number> = new Map([
  ["I", 2],
  ["IGNORECASE", 2],
]);

const otherNames: ReadonlySet<string> = new Set(
  `A ASCII DEBUG L LOCALE M MULTILINE S DOTALL U UNICODE VERBOSE X compile error escape finditer purge split subn Pattern Match NOFLAG RegexFlag`.split(
    " ",
  ),
);

const functions: ReadonlyMap<string, (args: readonly Value[]) => Value> = new Map([
  ["match", (args) => find(args, "match")],
  ["search", (args) => find(args, "search")],
  ["fullmatch", (args) => find(args, "fullmatch")],
  ["findall", findAll],
  ["sub", substitute],
]);

function find(args: readonly Value[], how: "match" | "search" | "fullmatch"): Value {
  const subject = text(args[1]);
  const source = translate(text(args[0]));
  const anchored = { match: `^(?:${source})`, search: source, fullmatch: `^(?:${source})$` }[how];
  const found = compile(anchored, ignoresCase(args[2]), subject).exec(subject);
  if (found === null) return null;
  const named = new Map(Object.entries(found.groups ?? {}).map(([name, group]) => [name, group ?? null]));
  return { type: "match", groups: [...found].map((group) => group ?? null), named };
}

function findAll(args: readonly Value[]): Value {
  const subject = text(args[1]);
  const pattern = compile(translate(text(args[0])), ignoresCase(args[2]), subject, "g");
  const found = [...subject.matchAll(pattern)].map((match): Value => {
    if (match.length === 1) return match[0];
    const groups = match.slice(1).map((group) => group ?? "");
    return groups.length === 1 ? (groups[0] ?? "") : { type: "tuple", items: groups };
  });
  return list(found);
}

function substitute(args: readonly Value[]): Value {
  const [replacement, subject] = [text(args[1]), text(args[2])];
  if (replacement.includes("\\") || args.length > 3)
    throw new Undecided("uses re.sub with groups or options");
  return subject.replace(compile(translate(text(args[0])), false, subject, "g"), () => replacement);
}

function text(value: Value | undefined): string {
  if (typeof value === "string") return value;
  throw new ConditionError(
    value === undefined ? "leaves out an argument of re" : `gives ${typeName(value)} where re wants a str`,
  );
}

function ignoresCase(value: Value | undefined): boolean {
  if (value === undefined) return false;
  const number = numberOf(value);
  if (number === 0 || number === 2) return number === 2;
  throw new Undecided("uses flags of re that are not evaluated here");
}

function compile(source: string, ignoreCase: boolean, subject: string, more = ""): RegExp {
  // What \w, \d, \s, \b and case mean beyond ASCII differs.
  if (!isAscii(source + subject)) throw new Undecided("matches a text that is not ASCII");
  try {
    return new RegExp(source, `${ignoreCase ? "i" : ""}${more}`);
  } catch {
    throw new Undecided(`uses the pattern ${source}, which is not evaluated here`);
  }
}

/** A Python pattern as one of ours. Throws Undecided for what has no certain counterpart. */
function translate(pattern: string): string {
  let out = "";
  let inClass = false;
  for (let offset = 0; offset < pattern.length; ) {
    const [source, target] = inClass ? inBrackets(pattern, offset) : outside(pattern, offset);
    if (source === "[" && !inClass) {
      inClass = true;
      const head = /^\[\^?\]?/.exec(pattern.slice(offset))?.[0] ?? "[";
      out += head.endsWith("]") ? `${head.slice(0, -1)}\\]` : head;
      offset += head.length;
      continue;
    }
    if (source === "]" && inClass) inClass = false;
    out += target;
    offset += source.length;
  }
  return out;
}

function inBrackets(pattern: string, offset: number): readonly [string, string] {
  const rest = pattern.slice(offset);
  const sequence = /^\\[\s\S]/.exec(rest)?.[0];
  if (sequence !== undefined) return [sequence, escaped(sequence, /[bdDsSwWnrtfv]/)];
  return [rest.slice(0, 1), rest.slice(0, 1)];
}

function outside(pattern: string, offset: number): readonly [string, string] {
  const rest = pattern.slice(offset);
  const group = /^\(\?P<([A-Za-z_]\w*)>/.exec(rest);
  if (group !== null) return [group[0], `(?<${group[1]}>`];
  const reference = /^\(\?P=([A-Za-z_]\w*)\)/.exec(rest);
  if (reference !== null) return [reference[0], `\\k<${reference[1]}>`];
  const opening = /^\(\?(?::|=|!|<=|<!)/.exec(rest);
  if (opening !== null) return [opening[0], opening[0]];
  if (rest.startsWith("(?"))
    throw new Undecided(`uses ${rest.slice(0, 4)} in a pattern, which is not evaluated here`);
  const sequence = /^\\[\s\S]/.exec(rest)?.[0];
  if (sequence === "\\A") return [sequence, "^"];
  if (sequence === "\\Z") return [sequence, "$"];
  if (sequence !== undefined) return [sequence, escaped(sequence, /[1-9bBdDsSwWnrtfv]/)];
  // Before a line end at the end of the text, too.
  if (rest.startsWith("$")) return ["$", "(?=\\n?$)"];
  // Possessive in newer Pythons, an error in older ones and here.
  if (/^[*+?}]\+/.test(rest)) throw new Undecided("uses a possessive quantifier");
  const quantifier = /^\{(?:,(\d+))\}/.exec(rest);
  if (quantifier !== null) return [quantifier[0], `{0,${quantifier[1]}}`];
  return [rest.slice(0, 1), rest.slice(0, 1)];
}

function escaped(sequence: string, same: RegExp): string {
  const character = sequence.slice(1);
  if (/[A-Za-z0-9]/.test(character) && !same.test(character)) {
    throw new Undecided(`uses ${sequence} in a pattern, which is not evaluated here`);
  }
  return sequence;
}

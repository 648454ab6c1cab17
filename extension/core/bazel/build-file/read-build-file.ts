import { isKnownRule, makesTargets } from "./functions.ts";
import type { Report, Token } from "./lexer.ts";
import { readStatements, type Statement } from "./statements.ts";
import { argumentNamed, matchingBracket, textOf, textsOf } from "./values.ts";

/** Lines and columns count from 1, columns in UTF-16 units. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

interface BuildTarget extends Place {
  readonly name: string;
  /** What is called, by its name where it was defined. */
  readonly kind: string;
  /** The label it was loaded from; undefined for Bazel's own. */
  readonly origin: string | undefined;
  /** A rule of Bazel's own, or one that was: this target is there. Else a macro may make others, or none. */
  readonly certain: boolean;
}

/** What a BUILD file shows without Bazel. */
export interface BuildFile {
  readonly targets: readonly BuildTarget[];
  /** Calls that make targets whose names only Bazel can tell: in comprehensions, conditions, with computed names. */
  readonly unread: readonly (Place & { readonly callee: string })[];
  readonly problems: readonly (Place & { readonly message: string })[];
  /** `package(default_visibility = [...])`; undefined when the file does not say it plainly. */
  readonly defaultVisibility: readonly string[] | undefined;
}

/**
 * Reads a BUILD file from its text alone, whatever is wrong with it. Nothing is evaluated but texts joined by `+` and
 * names given to them; after a problem no target is certain, since Bazel reads no further.
 */
export function readBuildFile(text: string): BuildFile {
  const problems: BuildFile["problems"][number][] = [];
  const report: Report = (message, { line, column }) => {
    if (problems.length < enough) problems.push({ message, line, column });
  };
  const found: Found = {
    ...{ report, targets: [], unread: [], defaultVisibility: undefined },
    ...{ loaded: new Map(), constants: new Map(), lines: new Map() },
  };
  for (const statement of readStatements(text, report)) takeStatement(statement, found);
  const { targets, unread, defaultVisibility } = found;
  return {
    targets: problems.length === 0 ? targets : targets.map((target) => ({ ...target, certain: false })),
    ...{ unread, problems, defaultVisibility },
  };
}

/** More problems of one file help nobody. */
const enough = 100;

interface Found {
  readonly targets: BuildTarget[];
  readonly unread: BuildFile["unread"][number][];
  readonly report: Report;
  defaultVisibility: readonly string[] | undefined;
  readonly loaded: Map<string, { readonly symbol: string; readonly origin: string }>;
  readonly constants: Map<string, string>;
  /** Where each name was declared. */
  readonly lines: Map<string, number>;
}

function takeStatement({ tokens, whole, indented }: Statement, found: Found): void {
  const [first, second] = tokens;
  if (first === undefined || first.text === "def") return;
  const open = calleeEnd(tokens);
  // More after the call: a condition, a method of what it returns.
  const plain = open !== undefined && !indented && matchingBracket(tokens, open) >= tokens.length - 1;
  if (plain) {
    takeCall({ tokens, open, values: tokens.slice(open + 1, whole ? -1 : undefined) }, found);
    return;
  }
  if (first.kind === "name" && second?.text === "=") {
    const value = textOf(tokens.slice(2), found.constants);
    if (value === undefined) found.constants.delete(first.text);
    else found.constants.set(first.text, value);
  }
  takeUnread(tokens, found);
}

/** The index of the bracket after `name` or `native.name`; undefined when the statement does not begin with a call. */
function calleeEnd(tokens: readonly Token[]): number | undefined {
  let at = 0;
  while (tokens[at]?.kind === "name" && tokens[at + 1]?.text === "." && tokens[at + 1]?.kind === "mark")
    at += 2;
  const called =
    tokens[at]?.kind === "name" && tokens[at + 1]?.kind === "mark" && tokens[at + 1]?.text === "(";
  return called ? at + 1 : undefined;
}

interface Call {
  readonly tokens: readonly Token[];
  /** The index of its bracket. */
  readonly open: number;
  /** What is between the brackets. */
  readonly values: readonly Token[];
}

function takeCall({ tokens, open, values }: Call, found: Found): void {
  const words = tokens.slice(0, open).flatMap(({ kind, text }) => (kind === "name" ? [text] : []));
  const callee = (words[0] === "native" ? words.slice(1) : words).join(".");
  if (callee === "load") takeLoad(values, found);
  else if (callee === "package") takePackage(values, found);
  else if (makesTargets(callee)) takeTarget(callee, tokens[0], values, found);
}

function takePackage(values: readonly Token[], found: Found): void {
  const visibility = argumentNamed(values, "default_visibility");
  if (visibility !== undefined) found.defaultVisibility = textsOf(visibility, found.constants);
}

function takeTarget(callee: string, first: Token | undefined, values: readonly Token[], found: Found): void {
  const { line, column } = first ?? { line: 1, column: 1 };
  const { symbol: kind = callee, origin } = found.loaded.get(callee) ?? {};
  const name = textOf(argumentNamed(values, "name") ?? [], found.constants);
  const before = name === undefined ? undefined : found.lines.get(name);
  if (name === undefined) found.unread.push({ callee: kind, line, column });
  else if (before !== undefined)
    found.report(`"${name}" is the name of a target in line ${before}`, { line, column });
  else {
    found.lines.set(name, line);
    found.targets.push({ name, kind, origin, line, column, certain: isKnownRule(kind, origin) });
  }
}

/** `load("//a:b.bzl", "rule", other = "rule")` */
function takeLoad(values: readonly Token[], { loaded }: Found): void {
  const [file] = values;
  if (file?.kind !== "string") return;
  const origin = file.text;
  values.forEach((value, index) => {
    if (index === 0 || value.kind !== "string") return;
    const name = values[index - 1]?.text === "=" ? values[index - 2]?.text : value.text;
    if (name !== undefined) loaded.set(name, { symbol: value.text, origin });
  });
}

/** The first call in a statement that may make targets. */
function takeUnread(tokens: readonly Token[], { unread, loaded }: Found): void {
  const found = tokens.find(
    ({ kind, text }, index) =>
      kind === "name" &&
      tokens[index + 1]?.kind === "mark" &&
      tokens[index + 1]?.text === "(" &&
      (tokens[index - 1]?.text !== "." || tokens[index - 2]?.text === "native") &&
      makesTargets(text) &&
      !keywords.has(text),
  );
  if (found === undefined) return;
  const { text, line, column } = found;
  unread.push({ callee: loaded.get(text)?.symbol ?? text, line, column });
}

const keywords = new Set(["if", "elif", "else", "for", "in", "not", "and", "or", "lambda", "load"]);

import type { Expression } from "./syntax.ts";
import { type Token, tokenize, UnsupportedPython } from "./tokens.ts";

/** A place in a list of tokens. */
export interface Cursor {
  readonly tokens: readonly Token[];
  at: number;
}

export function isNext(cursor: Cursor, text: string): boolean {
  const token = cursor.tokens[cursor.at];
  return token !== undefined && token.text === text && (token.kind === "operator" || token.kind === "name");
}

export function accept(cursor: Cursor, text: string): boolean {
  if (!isNext(cursor, text)) return false;
  cursor.at += 1;
  return true;
}

export function expect(cursor: Cursor, text: string): void {
  if (!accept(cursor, text)) throw new UnsupportedPython(`expected ${text}`);
}

/** An expression; with `tuple`, several of them without brackets are a list. */
export function parseExpression(cursor: Cursor, tuple = false): Expression {
  const first = choice(cursor);
  if (!tuple || !isNext(cursor, ",")) return first;
  const items = [first];
  while (accept(cursor, ",") && !isNext(cursor, "=") && cursor.tokens[cursor.at]?.kind !== "newline") {
    items.push(choice(cursor));
  }
  return { kind: "list", items };
}

function choice(cursor: Cursor): Expression {
  const yes = binary(cursor, 0);
  if (!accept(cursor, "if")) return yes;
  const test = binary(cursor, 0);
  expect(cursor, "else");
  return { kind: "choice", test, yes, no: choice(cursor) };
}

/** Weakest first; comparisons do not chain here. */
const levels: readonly (readonly string[])[] = [
  ["or"],
  ["and"],
  ["in", "not", "is", "==", "!=", "<", "<=", ">", ">="],
  ["+", "-"],
  ["%"],
];

function binary(cursor: Cursor, level: number): Expression {
  const operators = levels[level];
  if (operators === undefined) return unary(cursor);
  if (level === 2 && accept(cursor, "not")) return { kind: "not", value: binary(cursor, level) };
  let left = binary(cursor, level + 1);
  for (;;) {
    const operator = operators.find((text) => isNext(cursor, text));
    if (operator === undefined) return left;
    cursor.at += 1;
    const negated =
      (operator === "not" && accept(cursor, "in")) || (operator === "is" && accept(cursor, "not"));
    const right = binary(cursor, level + 1);
    const used = operator === "not" ? "in" : operator;
    const value: Expression = { kind: "binary", operator: used, left, right };
    left = negated ? { kind: "not", value } : value;
  }
}

function unary(cursor: Cursor): Expression {
  let value = atom(cursor);
  for (;;) {
    if (accept(cursor, ".")) value = { kind: "attribute", of: value, name: name(cursor) };
    else if (isNext(cursor, "(")) value = call(cursor, value);
    else if (accept(cursor, "[")) {
      value = { kind: "index", of: value, key: parseExpression(cursor) };
      expect(cursor, "]");
    } else return value;
  }
}

function call(cursor: Cursor, callee: Expression): Expression {
  expect(cursor, "(");
  const args: Expression[] = [];
  const named = new Map<string, Expression>();
  while (!accept(cursor, ")")) {
    const token = cursor.tokens[cursor.at];
    const after = cursor.tokens[cursor.at + 1];
    if (token?.kind === "name" && after?.text === "=" && after.kind === "operator") {
      cursor.at += 2;
      named.set(token.text, parseExpression(cursor));
    } else args.push(parseExpression(cursor));
    if (!isNext(cursor, ")")) expect(cursor, ",");
  }
  return { kind: "call", callee, args, named };
}

const constants: Readonly<Record<string, boolean | null>> = { True: true, False: false, None: null };

function atom(cursor: Cursor): Expression {
  const token = cursor.tokens[cursor.at];
  if (token?.kind === "string") return strings(cursor);
  cursor.at += 1;
  if (token?.kind === "number" && /^\d+$/.test(token.text))
    return { kind: "literal", value: Number(token.text) };
  if (token?.kind === "name") {
    const constant = constants[token.text];
    if (constant !== undefined) return { kind: "literal", value: constant };
    return { kind: "name", name: token.text };
  }
  if (token?.text === "(" || token?.text === "[") return bracketed(cursor, token.text === "(" ? ")" : "]");
  throw new UnsupportedPython(`unexpected ${token?.text ?? "end"}`);
}

function bracketed(cursor: Cursor, close: string): Expression {
  const items: Expression[] = [];
  let commas = 0;
  while (!accept(cursor, close)) {
    items.push(parseExpression(cursor));
    if (accept(cursor, ",")) commas += 1;
    else if (!isNext(cursor, close)) throw new UnsupportedPython("not a plain list");
  }
  const [only] = items;
  return close === ")" && commas === 0 && only !== undefined ? only : { kind: "list", items };
}

/** Strings beside each other are one. */
function strings(cursor: Cursor): Expression {
  const parts: (string | Expression)[] = [];
  for (let token = cursor.tokens[cursor.at]; token?.kind === "string"; token = cursor.tokens[cursor.at]) {
    cursor.at += 1;
    const prefix = token.prefix ?? "";
    if (prefix.includes("b")) throw new UnsupportedPython("bytes");
    const raw = prefix.includes("r");
    if (prefix.includes("f")) parts.push(...formatted(token.text, raw));
    else parts.push(raw ? token.text : unescaped(token.text));
  }
  if (parts.every((part) => typeof part === "string")) return { kind: "literal", value: parts.join("") };
  return { kind: "format", parts };
}

function formatted(text: string, raw: boolean): readonly (string | Expression)[] {
  return text.split(/(\{\{|\}\}|\{[^{}]*\})/).flatMap((part): readonly (string | Expression)[] => {
    if (part === "") return [];
    if (part === "{{" || part === "}}") return [part.slice(1)];
    if (part.startsWith("{")) return [parseText(part.slice(1, -1))];
    if (/[{}]/.test(part)) throw new UnsupportedPython("a nested format");
    return [raw ? part : unescaped(part)];
  });
}

function parseText(text: string): Expression {
  const cursor: Cursor = { tokens: tokenize(text), at: 0 };
  const value = parseExpression(cursor);
  if (cursor.tokens[cursor.at]?.kind !== "newline") throw new UnsupportedPython("a format specification");
  return value;
}

const escapes: Readonly<Record<string, string>> = {
  n: "\n",
  t: "\t",
  "\\": "\\",
  "'": "'",
  '"': '"',
  "\n": "",
};

function unescaped(text: string): string {
  return text.replace(/\\(.)/gs, (_, character: string) => {
    const meant = escapes[character];
    if (meant === undefined) throw new UnsupportedPython(`the escape \\${character}`);
    return meant;
  });
}

function name(cursor: Cursor): string {
  const token = cursor.tokens[cursor.at];
  if (token?.kind !== "name") throw new UnsupportedPython("expected a name");
  cursor.at += 1;
  return token.text;
}

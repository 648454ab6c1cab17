import { accept, type Cursor, expect, isNext, parseExpression } from "./parse-expression.ts";
import type { PythonFunction, Statement } from "./syntax.ts";
import { type Token, tokenize, UnsupportedPython } from "./tokens.ts";

/** A recipe's package class: its bases and functions. */
export interface RecipeClass {
  readonly name: string;
  readonly bases: readonly string[];
  /** A function whose source is not understood is there with an `unknown` statement. */
  readonly functions: ReadonlyMap<string, PythonFunction>;
  /** Module that each imported name comes from. */
  readonly imports: ReadonlyMap<string, string>;
  /** The packages it extends (`extends("python")`). */
  readonly extended: readonly string[];
}

/** The class of that name in a package.py. Throws UnsupportedPython when it is not there or not readable. */
export function parseRecipe(source: string, className: string): RecipeClass {
  const cursor: Cursor = { tokens: tokenize(source), at: 0 };
  const imports = new Map<string, string>();
  for (; cursor.at < cursor.tokens.length; skipLogical(cursor)) {
    if (isNext(cursor, "from")) readImport(cursor, imports);
    else if (isNext(cursor, "class") && cursor.tokens[cursor.at + 1]?.text === className) {
      return readClass(cursor, className, imports);
    }
  }
  throw new UnsupportedPython(`no class ${className}`);
}

function readImport(cursor: Cursor, imports: Map<string, string>): void {
  const line = lineTokens(cursor).map(({ text }) => text);
  const at = line.indexOf("import");
  const module = line.slice(1, at).join("");
  const named = line.slice(at + 1).filter((text) => text !== "(" && text !== ")");
  for (const part of named.join(" ").split(" , ")) {
    const [original = "", as, alias] = part.trim().split(" ");
    imports.set(as === "as" ? (alias ?? "") : original, module);
  }
}

function readClass(cursor: Cursor, name: string, imports: ReadonlyMap<string, string>): RecipeClass {
  cursor.at += 2;
  const bases: string[] = [];
  if (accept(cursor, "(")) {
    while (!accept(cursor, ")")) {
      const token = cursor.tokens[cursor.at];
      if (token?.kind === "name") bases.push(token.text);
      cursor.at += 1;
    }
  }
  openBlock(cursor);
  const functions = new Map<string, PythonFunction>();
  const extended: string[] = [];
  let decorators: string[] = [];
  while (cursor.tokens[cursor.at]?.kind !== "dedent" && cursor.at < cursor.tokens.length) {
    const [first, open, argument] = lineTokens(cursor);
    if (first?.text === "@") decorators.push(open?.text ?? "");
    else if (first?.text === "def") functions.set(open?.text ?? "", readFunction({ ...cursor }, decorators));
    else if (first?.text === "extends" && argument?.kind === "string") extended.push(argument.text);
    if (first?.text !== "@") decorators = [];
    skipLogical(cursor);
  }
  return { name, bases, functions, imports, extended };
}

function readFunction(cursor: Cursor, decorators: readonly string[]): PythonFunction {
  const parameters: string[] = [];
  cursor.at += 2;
  expect(cursor, "(");
  for (let depth = 1, fresh = true; depth > 0; cursor.at += 1) {
    const token = cursor.tokens[cursor.at];
    if (token === undefined) throw new UnsupportedPython("a function without an end");
    if (token.kind === "operator" && "([{".includes(token.text)) depth += 1;
    if (token.kind === "operator" && ")]}".includes(token.text)) depth -= 1;
    if (depth === 1 && token.kind === "name" && fresh) parameters.push(token.text);
    fresh = depth === 1 && token.text === ",";
  }
  while (!isNext(cursor, ":")) cursor.at += 1;
  return { parameters, decorators, body: safely(() => block(cursor)) };
}

function safely(read: () => readonly Statement[]): readonly Statement[] {
  try {
    return read();
  } catch (error) {
    if (error instanceof UnsupportedPython) return [{ kind: "unknown", text: error.message }];
    throw error;
  }
}

/** `: statement` on one line, or an indented block. */
function block(cursor: Cursor): readonly Statement[] {
  expect(cursor, ":");
  if (cursor.tokens[cursor.at]?.kind !== "newline") return statement(cursor);
  cursor.at += 1;
  if (cursor.tokens[cursor.at]?.kind !== "indent") throw new UnsupportedPython("an empty block");
  cursor.at += 1;
  const body: Statement[] = [];
  while (cursor.tokens[cursor.at]?.kind !== "dedent") body.push(...statement(cursor));
  cursor.at += 1;
  return body;
}

function statement(cursor: Cursor): readonly Statement[] {
  if (accept(cursor, "if")) return [conditional(cursor)];
  if (accept(cursor, "for")) return [loop(cursor)];
  const first = cursor.tokens[cursor.at];
  if (accept(cursor, "return")) {
    const value = cursor.tokens[cursor.at]?.kind === "newline" ? undefined : parseExpression(cursor, true);
    endLine(cursor);
    return [{ kind: "return", value }];
  }
  if (accept(cursor, "pass")) {
    endLine(cursor);
    return [];
  }
  if (first?.kind === "name" && compound.has(first.text)) {
    skipLogical(cursor);
    return [{ kind: "unknown", text: first.text }];
  }
  const value = parseExpression(cursor, true);
  if (accept(cursor, "=")) {
    const targets = value.kind === "list" ? value.items : [value];
    const names = targets.flatMap((target) => (target.kind === "name" ? [target.name] : []));
    const assigned = parseExpression(cursor, true);
    endLine(cursor);
    if (names.length !== targets.length) return [{ kind: "unknown", text: "an assignment" }];
    return [{ kind: "assign", targets: names, value: assigned }];
  }
  endLine(cursor);
  return value.kind === "literal" ? [] : [{ kind: "expression", value }];
}

const compound = new Set(
  "try with while import from def class raise assert del global async lambda".split(" "),
);

function conditional(cursor: Cursor): Statement {
  const branches = [{ test: parseExpression(cursor), body: block(cursor) }];
  while (accept(cursor, "elif")) branches.push({ test: parseExpression(cursor), body: block(cursor) });
  return { kind: "if", branches, otherwise: accept(cursor, "else") ? block(cursor) : [] };
}

function loop(cursor: Cursor): Statement {
  const targets: string[] = [];
  while (!accept(cursor, "in")) {
    const token = cursor.tokens[cursor.at];
    if (token?.kind === "name") targets.push(token.text);
    else if (token === undefined || !"(),".includes(token.text)) throw new UnsupportedPython("a loop");
    cursor.at += 1;
  }
  return { kind: "for", targets, iterable: parseExpression(cursor, true), body: block(cursor) };
}

function endLine(cursor: Cursor): void {
  if (cursor.tokens[cursor.at]?.kind !== "newline") throw new UnsupportedPython("more than one expression");
  cursor.at += 1;
}

function openBlock(cursor: Cursor): void {
  expect(cursor, ":");
  cursor.at += 1;
  if (cursor.tokens[cursor.at]?.kind !== "indent") throw new UnsupportedPython("an empty class");
  cursor.at += 1;
}

function lineTokens({ tokens, at }: Cursor): readonly Token[] {
  const end = tokens.findIndex((token, index) => index >= at && token.kind === "newline");
  return tokens.slice(at, end === -1 ? undefined : end);
}

/** Over the rest of the line, and the block that it opens. */
function skipLogical(cursor: Cursor): void {
  while (cursor.at < cursor.tokens.length && cursor.tokens[cursor.at]?.kind !== "newline") cursor.at += 1;
  cursor.at += 1;
  if (cursor.tokens[cursor.at]?.kind !== "indent") return;
  let depth = 0;
  do {
    const kind = cursor.tokens[cursor.at]?.kind;
    if (kind === "indent") depth += 1;
    if (kind === "dedent") depth -= 1;
    cursor.at += 1;
  } while (depth > 0 && cursor.at < cursor.tokens.length);
}

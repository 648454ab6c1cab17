import { ConditionError, Undecided } from "./outcome.ts";
import { type Token, tokenize } from "./tokens.ts";

/** A Python expression, as far as conditions are evaluated. */
export type Expression =
  | { readonly kind: "literal"; readonly value: string | boolean | null }
  | { readonly kind: "number"; readonly value: number; readonly float: boolean }
  | { readonly kind: "name"; readonly name: string }
  | {
      readonly kind: "sequence";
      readonly type: "list" | "tuple" | "set";
      readonly items: readonly Expression[];
    }
  | { readonly kind: "dict"; readonly entries: readonly (readonly [Expression, Expression])[] }
  | { readonly kind: "attribute"; readonly of: Expression; readonly name: string }
  | { readonly kind: "index"; readonly of: Expression; readonly index: Expression }
  | { readonly kind: "slice"; readonly of: Expression; readonly bounds: readonly (Expression | undefined)[] }
  | { readonly kind: "call"; readonly of: Expression; readonly args: readonly Expression[] }
  | { readonly kind: "unary"; readonly operator: string; readonly of: Expression }
  | {
      readonly kind: "binary";
      readonly operator: string;
      readonly left: Expression;
      readonly right: Expression;
    }
  | { readonly kind: "compare"; readonly first: Expression; readonly rest: readonly Comparison[] }
  | { readonly kind: "both" | "any"; readonly left: Expression; readonly right: Expression }
  | { readonly kind: "choice"; readonly test: Expression; readonly yes: Expression; readonly no: Expression };

interface Comparison {
  readonly operator: string;
  readonly to: Expression;
}

/** Throws ConditionError for what is no Python expression, Undecided for Python that is not evaluated here. */
export function parseCondition(text: string): Expression {
  const tokens = tokenize(text);
  const cursor = { tokens, next: 0, depth: 0 };
  if (tokens.length === 1) throw new ConditionError("is empty");
  const first = choice(cursor);
  const expression = is(cursor, ",") ? tupleAfter(first, cursor, "end") : first;
  const rest = peek(cursor);
  if (rest.kind !== "end") throw refused(rest);
  return expression;
}

interface Cursor {
  readonly tokens: readonly Token[];
  next: number;
  depth: number;
}

const deepest = 200;

function choice(cursor: Cursor): Expression {
  if (++cursor.depth > deepest) throw new Undecided("is nested too deep");
  const yes = any(cursor);
  cursor.depth--;
  if (is(cursor, ":=")) throw new Undecided("uses Python's :=, which is not evaluated here");
  if (!take(cursor, "if")) return yes;
  const test = any(cursor);
  expect(cursor, "else");
  return { kind: "choice", test, yes, no: choice(cursor) };
}

function any(cursor: Cursor): Expression {
  let left = both(cursor);
  while (take(cursor, "or")) left = { kind: "any", left, right: both(cursor) };
  return left;
}

function both(cursor: Cursor): Expression {
  let left = not(cursor);
  while (take(cursor, "and")) left = { kind: "both", left, right: not(cursor) };
  return left;
}

function not(cursor: Cursor): Expression {
  let count = 0;
  while (take(cursor, "not")) count++;
  let inner = comparison(cursor);
  for (; count > 0; count--) inner = { kind: "unary", operator: "not", of: inner };
  return inner;
}

function comparison(cursor: Cursor): Expression {
  const first = binary(cursor, 0);
  const rest: Comparison[] = [];
  for (let operator = comparator(cursor); operator !== undefined; operator = comparator(cursor)) {
    rest.push({ operator, to: binary(cursor, 0) });
  }
  return rest.length === 0 ? first : { kind: "compare", first, rest };
}

function comparator(cursor: Cursor): string | undefined {
  for (const sign of ["==", "!=", "<=", ">=", "<", ">", "in"]) if (take(cursor, sign)) return sign;
  if (take(cursor, "is")) return take(cursor, "not") ? "is not" : "is";
  const after = cursor.tokens[cursor.next + 1];
  if (is(cursor, "not") && after?.kind === "name" && after.text === "in") {
    cursor.next += 2;
    return "not in";
  }
  return undefined;
}

const levels = [["|"], ["^"], ["&"], ["<<", ">>"], ["+", "-"], ["*", "/", "//", "%", "@"]];

function binary(cursor: Cursor, level: number): Expression {
  const operators = levels[level];
  if (operators === undefined) return sign(cursor);
  let left = binary(cursor, level + 1);
  for (let found = operators.find((o) => take(cursor, o)); found !== undefined; ) {
    left = { kind: "binary", operator: found, left, right: binary(cursor, level + 1) };
    found = operators.find((o) => take(cursor, o));
  }
  return left;
}

function sign(cursor: Cursor): Expression {
  const operator = ["-", "+", "~"].find((candidate) => take(cursor, candidate));
  if (operator !== undefined) return { kind: "unary", operator, of: sign(cursor) };
  const base = postfix(cursor);
  return take(cursor, "**") ? { kind: "binary", operator: "**", left: base, right: sign(cursor) } : base;
}

function postfix(cursor: Cursor): Expression {
  let of = atom(cursor);
  for (;;) {
    if (take(cursor, ".")) {
      const token = peek(cursor);
      if (token.kind !== "name") throw refused(token);
      cursor.next++;
      of = { kind: "attribute", of, name: token.text };
    } else if (take(cursor, "(")) {
      of = { kind: "call", of, args: callArguments(cursor) };
    } else if (take(cursor, "[")) {
      of = subscript(of, cursor);
    } else return of;
  }
}

function callArguments(cursor: Cursor): readonly Expression[] {
  const args: Expression[] = [];
  while (!take(cursor, ")")) {
    if (is(cursor, "*") || is(cursor, "**"))
      throw new Undecided("unpacks arguments, which is not evaluated here");
    args.push(choice(cursor));
    if (is(cursor, "=")) throw new Undecided("names an argument, which is not evaluated here");
    if (!is(cursor, ")")) expect(cursor, ",");
  }
  return args;
}

function subscript(of: Expression, cursor: Cursor): Expression {
  const bounds: (Expression | undefined)[] = [];
  let sliced = false;
  for (;;) {
    bounds.push(is(cursor, ":") || is(cursor, "]") ? undefined : choice(cursor));
    if (!take(cursor, ":")) break;
    sliced = true;
  }
  if (is(cursor, ",")) throw new Undecided("indexes by several values, which is not evaluated here");
  expect(cursor, "]");
  if (sliced) return { kind: "slice", of, bounds };
  const [index] = bounds;
  if (index === undefined) throw new ConditionError('is no Python expression: nothing between "[" and "]"');
  return { kind: "index", of, index };
}

function atom(cursor: Cursor): Expression {
  const token = peek(cursor);
  cursor.next++;
  if (token.kind === "number") return { kind: "number", value: token.value, float: token.float };
  if (token.kind === "string") return { kind: "literal", value: adjacent(token.value, cursor) };
  if (token.kind === "name") return nameOf(token.text);
  if (token.kind === "operator" && token.text === "(") return bracketed(cursor);
  if (token.kind === "operator" && token.text === "[") return sequence("list", "]", [], cursor);
  if (token.kind === "operator" && token.text === "{") return braced(cursor);
  if (token.kind === "operator" && token.text === "...")
    throw new Undecided("uses Python's ..., which is not evaluated here");
  throw refused(token);
}

/** Strings that stand side by side are one. */
function adjacent(first: string, cursor: Cursor): string {
  let value = first;
  for (let token = peek(cursor); token.kind === "string"; token = peek(cursor)) {
    value += token.value;
    cursor.next++;
  }
  return value;
}

const constants = new Map<string, boolean | null>([
  ["True", true],
  ["False", false],
  ["None", null],
]);

const operatorWords: ReadonlySet<string> = new Set(["and", "or", "in", "is", "if", "else", "elif", "not"]);

function nameOf(name: string): Expression {
  const constant = constants.get(name);
  if (constant !== undefined) return { kind: "literal", value: constant };
  if (operatorWords.has(name)) throw new ConditionError(`is no Python expression: unexpected "${name}"`);
  return { kind: "name", name };
}

function bracketed(cursor: Cursor): Expression {
  if (take(cursor, ")")) return { kind: "sequence", type: "tuple", items: [] };
  const first = choice(cursor);
  if (is(cursor, ",")) return tupleAfter(first, cursor, ")");
  expect(cursor, ")");
  return first;
}

function tupleAfter(first: Expression, cursor: Cursor, end: ")" | "end"): Expression {
  const items = [first];
  const ended = () => (end === "end" ? peek(cursor).kind === "end" : take(cursor, end));
  while (!ended()) {
    expect(cursor, ",");
    if (ended()) break;
    items.push(choice(cursor));
  }
  return { kind: "sequence", type: "tuple", items };
}

function sequence(
  type: "list" | "set",
  end: string,
  before: readonly Expression[],
  cursor: Cursor,
): Expression {
  const items = [...before];
  while (!take(cursor, end)) {
    if (items.length > 0) {
      expect(cursor, ",");
      if (take(cursor, end)) break;
    }
    items.push(choice(cursor));
  }
  return { kind: "sequence", type, items };
}

function braced(cursor: Cursor): Expression {
  if (take(cursor, "}")) return { kind: "dict", entries: [] };
  const first = choice(cursor);
  if (!is(cursor, ":")) return sequence("set", "}", [first], cursor);
  cursor.next++;
  const entries: [Expression, Expression][] = [[first, choice(cursor)]];
  while (!take(cursor, "}")) {
    expect(cursor, ",");
    if (take(cursor, "}")) break;
    const key = choice(cursor);
    expect(cursor, ":");
    entries.push([key, choice(cursor)]);
  }
  return { kind: "dict", entries };
}

function peek(cursor: Cursor): Token {
  return cursor.tokens[cursor.next] ?? { kind: "end" };
}

function is(cursor: Cursor, text: string): boolean {
  const token = peek(cursor);
  return (token.kind === "name" || token.kind === "operator") && token.text === text;
}

function take(cursor: Cursor, text: string): boolean {
  if (!is(cursor, text)) return false;
  cursor.next++;
  return true;
}

function expect(cursor: Cursor, text: string): void {
  if (!take(cursor, text)) throw refused(peek(cursor), text);
}

function refused(token: Token, wanted?: string): ConditionError {
  const found =
    token.kind === "end"
      ? "it ends too early"
      : `unexpected ${"text" in token ? `"${token.text}"` : JSON.stringify(token.value)}`;
  const hint = "text" in token && token.text === "=" ? ' (to compare, write "==")' : "";
  const instead = wanted === undefined ? "" : `, expected "${wanted}"`;
  return new ConditionError(`is no Python expression: ${found}${instead}${hint}`);
}

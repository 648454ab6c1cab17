import { attributeOf, indexOf, sliceOf } from "./access.ts";
import { arithmetic } from "./arithmetic.ts";
import { ConditionError, Undecided } from "./outcome.ts";
import type { Expression } from "./syntax.ts";
import {
  holds,
  isEqual,
  isTrue,
  isUnknown,
  order,
  typeName,
  type Unknown,
  unknownOf,
  type Value,
} from "./values.ts";

/** What a name stands for. Throws ConditionError when nothing has that name. */
export type Names = (name: string) => Value;

/**
 * Whether the condition holds; an Unknown when that hangs on something unknown. An unknown operand of and, or, not decides
 * nothing where the other side does: `target == "zen3" and False` is false whatever the target is.
 */
export function truthOf(expression: Expression, names: Names): boolean | Unknown {
  if (expression.kind === "both") return joint(expression, false, names);
  if (expression.kind === "any") return joint(expression, true, names);
  if (expression.kind === "unary" && expression.operator === "not") {
    const inner = truthOf(expression.of, names);
    return typeof inner === "boolean" ? !inner : inner;
  }
  if (expression.kind === "choice") {
    const test = truthOf(expression.test, names);
    return typeof test === "boolean" ? truthOf(test ? expression.yes : expression.no, names) : test;
  }
  const value = evaluate(expression, names);
  return isUnknown(value) ? value : isTrue(value);
}

/** `and` ends at the first false, `or` at the first true. */
function joint(
  { left, right }: { readonly left: Expression; readonly right: Expression },
  end: boolean,
  names: Names,
): boolean | Unknown {
  const first = truthOf(left, names);
  if (first === end) return end;
  if (typeof first === "boolean") return truthOf(right, names);
  if (first.fails) return first;
  return second(right, names) === end ? end : first;
}

/** Behind an unknown it may not even be evaluated, so a failure decides nothing. */
function second(expression: Expression, names: Names): boolean | undefined {
  const truth = attempt(() => truthOf(expression, names));
  return typeof truth === "boolean" ? truth : undefined;
}

/** Undefined where Python would fail, or we cannot tell. */
function attempt<T>(body: () => T): T | undefined {
  try {
    return body();
  } catch (error) {
    if (error instanceof ConditionError || error instanceof Undecided) return undefined;
    throw error;
  }
}

function attemptIf<T>(unknown: Unknown | undefined, body: () => T): T | undefined {
  return unknown === undefined ? body() : attempt(body);
}

function evaluate(expression: Expression, names: Names): Value {
  const value = (inner: Expression) => evaluate(inner, names);
  switch (expression.kind) {
    case "literal":
      return expression.value;
    case "number":
      return { type: expression.float ? "float" : "int", value: expression.value };
    case "name":
      return names(expression.name);
    case "sequence":
      return sequence(expression.type, expression.items.map(value));
    case "dict":
      return dict(expression.entries.map(([key, item]) => [value(key), value(item)]));
    case "attribute":
      return attributeOf(value(expression.of), expression.name);
    case "index":
      return indexOf(value(expression.of), value(expression.index));
    case "slice":
      return sliceOf(
        value(expression.of),
        expression.bounds.map((bound) => (bound === undefined ? null : value(bound))),
      );
    case "call":
      return call(value(expression.of), expression.args.map(value));
    case "unary":
      return unary(expression.operator, value(expression.of));
    case "binary":
      return arithmetic(expression.operator, value(expression.left), value(expression.right));
    case "compare":
      return chain(value(expression.first), expression.rest, value);
    case "both":
    case "any":
      return either(expression, names);
    case "choice": {
      const test = truthOf(expression.test, names);
      return typeof test === "boolean" ? value(test ? expression.yes : expression.no) : test;
    }
  }
}

/** Of which a part is unknown is unknown as a whole. */
function sequence(type: "list" | "tuple" | "set", items: readonly Value[]): Value {
  return unknownOf(items) ?? { type, items };
}

function dict(entries: readonly (readonly [Value, Value])[]): Value {
  return unknownOf(entries.flat()) ?? { type: "dict", entries };
}

/** Python's and/or give one of their operands. */
function either(expression: Extract<Expression, { readonly left: Expression }>, names: Names): Value {
  const left = evaluate(expression.left, names);
  if (isUnknown(left)) return left;
  return isTrue(left) === (expression.kind === "any") ? left : evaluate(expression.right, names);
}

function call(callee: Value, args: readonly Value[]): Value {
  if (isUnknown(callee)) return { ...callee, fails: true };
  // Python evaluates an argument that the function then has no use for.
  const failing = args.filter(isUnknown).find(({ fails }) => fails);
  if (failing !== undefined) return failing;
  if (typeof callee === "object" && callee?.type === "function") return callee.call(args);
  throw new ConditionError(`calls ${typeName(callee)}, which is no function`);
}

function unary(operator: string, of: Value): Value {
  if (isUnknown(of)) return operator === "not" ? of : { ...of, fails: true };
  if (operator === "not") return !isTrue(of);
  return operator === "-"
    ? arithmetic("-", { type: "int", value: 0 }, of)
    : arithmetic(operator === "+" ? "+" : "~", { type: "int", value: 0 }, of);
}

function chain(
  first: Value,
  rest: readonly { readonly operator: string; readonly to: Expression }[],
  value: (inner: Expression) => Value,
): Value {
  let left = first;
  let unknown: Unknown | undefined;
  for (const { operator, to } of rest) {
    // Behind an unknown comparison Python may not come so far.
    const right = unknown === undefined ? value(to) : attempt(() => value(to));
    const result = right === undefined ? unknown : attemptIf(unknown, () => compare(operator, left, right));
    if (result === false) return false;
    if (result === undefined || right === undefined) return unknown ?? true;
    if (typeof result !== "boolean") unknown = result;
    if (unknown?.fails) return unknown;
    left = right;
  }
  return unknown ?? true;
}

function compare(operator: string, left: Value, right: Value): boolean | Unknown {
  const unknown = unknownComparison(operator, left, right);
  if (unknown !== undefined) return unknown;
  switch (operator) {
    case "==":
      return equal(left, right);
    case "!=":
      return !equal(left, right);
    case "in":
      return contains(right, left);
    case "not in":
      return !contains(right, left);
    case "is":
    case "is not":
      return identical(left, right) === (operator === "is");
    default:
      return ordered(operator, order(left, right));
  }
}

/** A text may be compared with every other, and asked for in a text. */
function unknownComparison(operator: string, left: Value, right: Value): Unknown | undefined {
  const unknowns = [left, right].filter(isUnknown);
  const [first] = unknowns;
  if (first === undefined) return undefined;
  const texts = [left, right].every((value) => typeof value === "string" || isUnknown(value));
  const fails = unknowns.some((value) => value.fails) || !(texts || operator === "==" || operator === "!=");
  return { ...first, fails };
}

function ordered(operator: string, difference: number): boolean {
  if (operator === "<") return difference < 0;
  if (operator === "<=") return difference <= 0;
  return operator === ">" ? difference > 0 : difference >= 0;
}

function equal(left: Value, right: Value): boolean {
  for (const [one, other] of [
    [left, right],
    [right, left],
  ] as const) {
    if (typeof one === "object" && one?.type === "object")
      return isTrue(call(one.attribute("__eq__"), [other]));
  }
  return isEqual(left, right);
}

function contains(container: Value, item: Value): boolean {
  if (typeof container === "object" && container?.type === "object") {
    return isTrue(call(container.attribute("__contains__"), [item]));
  }
  return holds(container, item);
}

/** Only for None, True and False is identity certain. */
function identical(left: Value, right: Value): boolean {
  const single = (value: Value) => value === null || typeof value === "boolean";
  if (single(left) || single(right)) return left === right;
  throw new Undecided("uses `is` between values, which depends on the interpreter; write ==");
}

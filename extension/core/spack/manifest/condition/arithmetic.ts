import { ConditionError, Undecided } from "./outcome.ts";
import { int, numberOf, typeName, unknownOf, type Value } from "./values.ts";

/** Python's operators between two values; `~` is unary, with any left side. */
export function arithmetic(operator: string, left: Value, right: Value): Value {
  const unknown = unknownOf([left, right]);
  if (unknown !== undefined) return unknown;
  const joined = joinSequences(operator, left, right);
  if (joined !== undefined) return joined;
  const [a, b] = [numberOf(left), numberOf(right)];
  if (a === undefined || b === undefined) {
    throw mayBeDefined(left) && mayBeDefined(right)
      ? new Undecided(`computes ${typeName(left)} ${operator} ${typeName(right)}`)
      : new ConditionError(`computes ${typeName(left)} ${operator} ${typeName(right)}, which Python cannot`);
  }
  const float = [left, right].some((value) => typeof value === "object" && value?.type === "float");
  return compute(operator, a, b, float);
}

/** Lists, sets and the like have operators that nobody writes into a condition. */
function mayBeDefined(value: Value): boolean {
  return value !== null && (typeof value === "object" || typeof value === "string");
}

function joinSequences(operator: string, left: Value, right: Value): Value | undefined {
  if (operator === "+" && typeof left === "string" && typeof right === "string") return left + right;
  if (operator === "+" && isSequence(left) && isSequence(right) && left.type === right.type) {
    return { type: left.type, items: [...left.items, ...right.items] };
  }
  if (operator !== "*") return undefined;
  const [text, times] = typeof left === "string" ? [left, right] : [right, left];
  const number = numberOf(times);
  if (typeof text !== "string" || number === undefined) return undefined;
  if (text.length * number > 10_000) throw new Undecided("makes a text that is too long");
  return text.repeat(Math.max(0, number));
}

function isSequence(value: Value): value is Extract<Value, { readonly items: readonly Value[] }> {
  return typeof value === "object" && value !== null && (value.type === "list" || value.type === "tuple");
}

function compute(operator: string, a: number, b: number, float: boolean): Value {
  const wrap = (value: number): Value => (float ? { type: "float", value } : int(value));
  if ("/%".includes(operator[0] ?? "") && b === 0) throw new ConditionError("divides by zero");
  switch (operator) {
    case "+":
      return wrap(a + b);
    case "-":
      return wrap(a - b);
    case "*":
      return wrap(a * b);
    case "/":
      return { type: "float", value: a / b };
    case "//":
      return wrap(Math.floor(a / b));
    case "%":
      return wrap(a - b * Math.floor(a / b));
    case "**":
      return float || b < 0 ? { type: "float", value: a ** b } : int(a ** b);
    default:
      throw new Undecided(`uses the operator ${operator}, which is not evaluated here`);
  }
}

import type { EnvironmentChange } from "../changes.ts";
import { attribute, callFunction, textOf, truth } from "./builtins.ts";
import type { Expression, PythonFunction, Statement } from "./syntax.ts";
import { UnsupportedPython } from "./tokens.ts";
import type { Frame, RecipeCall, Value } from "./world.ts";

/** What a function does to its variables when it comes to an end. */
type Flow = { readonly returned: Value } | undefined;

const maximalSteps = 10_000;
const maximalDepth = 20;

/**
 * The changes that `setup_run_environment` or `setup_dependent_run_environment` of a recipe asks for. Throws
 * UnsupportedPython as soon as it comes to something that it does not fully understand: nothing is guessed.
 */
export function runRecipeFunction(
  called: RecipeCall,
  name: "setup_run_environment" | "setup_dependent_run_environment",
): readonly EnvironmentChange[] {
  const found = called.recipe.functions.get(name);
  if (found === undefined) return [];
  const [self = "self", env = "env", dependent] = found.parameters;
  const variables = new Map<string, Value>([
    [self, { type: "object", name: "self" }],
    [env, { type: "object", name: "env" }],
  ]);
  if (dependent !== undefined && called.dependent !== undefined) {
    variables.set(dependent, { type: "spec", node: called.dependent });
  }
  const frame: Frame = { ...called, changes: [], variables, budget: { left: maximalSteps }, depth: 0 };
  execute(frame, found.body);
  return frame.changes;
}

function execute(frame: Frame, body: readonly Statement[]): Flow {
  for (const statement of body) {
    frame.budget.left -= 1;
    if (frame.budget.left < 0) throw new UnsupportedPython("too many steps");
    const flow = step(frame, statement);
    if (flow !== undefined) return flow;
  }
  return undefined;
}

function step(frame: Frame, statement: Statement): Flow {
  switch (statement.kind) {
    case "expression":
      evaluate(frame, statement.value);
      return undefined;
    case "assign":
      assign(frame, statement.targets, evaluate(frame, statement.value));
      return undefined;
    case "return":
      return { returned: statement.value === undefined ? null : evaluate(frame, statement.value) };
    case "if": {
      const taken = statement.branches.find(({ test }) => truth(evaluate(frame, test)));
      return execute(frame, taken?.body ?? statement.otherwise);
    }
    case "for":
      return loop(frame, statement);
    case "unknown":
      throw new UnsupportedPython(statement.text);
  }
}

function loop(frame: Frame, { targets, iterable, body }: Extract<Statement, { kind: "for" }>): Flow {
  const list = evaluate(frame, iterable);
  if (list === null || typeof list !== "object" || list.type !== "list")
    throw new UnsupportedPython("a loop");
  for (const item of list.items) {
    assign(frame, targets, item);
    const flow = execute(frame, body);
    if (flow !== undefined) return flow;
  }
  return undefined;
}

function assign({ variables }: Frame, targets: readonly string[], value: Value): void {
  const [only, ...others] = targets;
  if (only !== undefined && others.length === 0) {
    variables.set(only, value);
    return;
  }
  const items = value !== null && typeof value === "object" && value.type === "list" ? value.items : [];
  if (items.length !== targets.length) throw new UnsupportedPython("unpacking");
  targets.forEach((target, index) => {
    variables.set(target, items[index] ?? null);
  });
}

function evaluate(frame: Frame, expression: Expression): Value {
  switch (expression.kind) {
    case "literal":
      return expression.value;
    case "format":
      return expression.parts
        .map((part) => (typeof part === "string" ? part : textOf(evaluate(frame, part))))
        .join("");
    case "name":
      return frame.variables.get(expression.name) ?? { type: "object", name: expression.name };
    case "attribute":
      return memberOf(frame, evaluate(frame, expression.of), expression.name);
    case "index":
      return callFunction(frame, { type: "method", of: evaluate(frame, expression.of), name: "[]" }, [
        evaluate(frame, expression.key),
      ]);
    case "call":
      return call(frame, expression);
    case "list":
      return { type: "list", items: expression.items.map((item) => evaluate(frame, item)) };
    case "not":
      return !truth(evaluate(frame, expression.value));
    case "choice":
      return evaluate(frame, truth(evaluate(frame, expression.test)) ? expression.yes : expression.no);
    case "binary":
      return binary(frame, expression);
  }
}

/** Properties and functions of the recipe itself come before what every package has. */
function memberOf(frame: Frame, of: Value, name: string): Value {
  if (!isSelf(of)) return attribute(frame, of, name);
  const own = frame.recipe.functions.get(name);
  if (own === undefined) return attribute(frame, of, name);
  if (own.decorators.includes("property")) return callOwn(frame, own, []);
  return { type: "method", of, name };
}

function call(frame: Frame, { callee, args, named }: Extract<Expression, { kind: "call" }>): Value {
  const values = args.map((argument) => evaluate(frame, argument));
  const options = new Map([...named].map(([name, value]) => [name, evaluate(frame, value)] as const));
  const target = evaluate(frame, callee);
  if (target !== null && typeof target === "object" && target.type === "method" && isSelf(target.of)) {
    const own = frame.recipe.functions.get(target.name);
    if (own !== undefined && options.size === 0) return callOwn(frame, own, values);
  }
  return callFunction(frame, target, values, options);
}

function callOwn(frame: Frame, own: PythonFunction, values: readonly Value[]): Value {
  const known = own.decorators.every((decorator) => decorator === "property" || decorator === "memoized");
  const [self = "self", ...parameters] = own.parameters;
  if (!known || parameters.length !== values.length || frame.depth > maximalDepth)
    throw new UnsupportedPython("a function of the recipe");
  const variables = new Map<string, Value>([[self, { type: "object", name: "self" }]]);
  parameters.forEach((parameter, index) => {
    variables.set(parameter, values[index] ?? null);
  });
  return execute({ ...frame, variables, depth: frame.depth + 1 }, own.body)?.returned ?? null;
}

function binary(frame: Frame, { operator, left, right }: Extract<Expression, { kind: "binary" }>): Value {
  const first = evaluate(frame, left);
  if (operator === "and") return truth(first) ? evaluate(frame, right) : first;
  if (operator === "or") return truth(first) ? first : evaluate(frame, right);
  const second = evaluate(frame, right);
  switch (operator) {
    case "+":
      return textOf(first) + textOf(second);
    case "%":
      return percent(first, second);
    case "==":
      return equal(first, second);
    case "!=":
      return !equal(first, second);
    case "is":
      if (second !== null) break;
      return first === null;
    case "in":
      return callFunction(frame, { type: "method", of: second, name: "in" }, [first]);
  }
  throw new UnsupportedPython(`the operator ${operator}`);
}

function equal(first: Value, second: Value): boolean {
  if (isPlain(first) && isPlain(second)) return first === second;
  throw new UnsupportedPython("a comparison");
}

function isPlain(value: Value): boolean {
  return value === null || typeof value !== "object";
}

function percent(template: Value, values: Value): string {
  if (typeof template !== "string") throw new UnsupportedPython("the operator %");
  const list =
    values !== null && typeof values === "object" && values.type === "list" ? [...values.items] : [values];
  const text = template.replace(/%(.)/g, (_, kind: string) => {
    if (kind === "%") return "%";
    const value = list.shift();
    if (kind !== "s" || value === undefined) throw new UnsupportedPython(`%${kind}`);
    return textOf(value);
  });
  if (list.length > 0) throw new UnsupportedPython("the operator %");
  return text;
}

function isSelf(value: Value): boolean {
  return value !== null && typeof value === "object" && value.type === "object" && value.name === "self";
}

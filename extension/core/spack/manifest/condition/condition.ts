import type { SpackContext } from "../../context/context.ts";
import { parseSpec } from "../../spec/parse-spec.ts";
import { satisfies } from "../../spec/satisfies.ts";
import { SpecSyntaxError } from "../../spec/spec-errors.ts";
import { truthOf } from "./evaluate.ts";
import { builtin } from "./functions.ts";
import { ConditionError, type Outcome, Undecided } from "./outcome.ts";
import { regexModule } from "./regex.ts";
import { parseCondition } from "./syntax.ts";
import { func, isUnknown, type Unknown, type Value } from "./values.ts";

/**
 * Evaluates a `when` of a definition or an include as Spack does: a Python expression over platform, os, target, arch,
 * architecture, arch_str, hostname, env and re. Never a guess: what is not evaluated here is undecided.
 */
export function evaluateCondition(text: string, context: SpackContext): Outcome {
  try {
    const truth = truthOf(parseCondition(text), (name) => valueOfName(name, context));
    return typeof truth === "boolean"
      ? { kind: "value", value: truth }
      : { kind: "undecided", why: truth.why };
  } catch (error) {
    if (error instanceof ConditionError) return { kind: "error", why: error.message };
    if (error instanceof Undecided) return { kind: "undecided", why: error.message };
    throw error;
  }
}

function valueOfName(name: string, context: SpackContext): Value {
  switch (name) {
    case "platform":
    case "os":
    case "target":
    case "hostname":
      return context[name] ?? unknown(name);
    case "arch":
    case "architecture":
      return architecture(context);
    case "arch_str":
      return architectureSpec(context);
    case "env":
      return environment(context);
    case "re":
      return regexModule;
    default:
      return builtin(name);
  }
}

function unknown(name: string): Unknown {
  // Of `env` nothing is known, of the others that they are texts.
  const fails = name === "env";
  return { type: "unknown", why: `asks for ${name}, which is not known here`, fails };
}

/** As Spack prints its spec of the host: `platform=linux os=debian12 target=zen3`. */
function architectureSpec({ platform, os, target }: SpackContext): string | Unknown {
  if (platform === undefined || os === undefined || target === undefined) return unknown("arch");
  return `platform=${platform} os=${os} target=${target}`;
}

function architecture(context: SpackContext): Value {
  const attribute = (name: string): Value => {
    if (name === "platform" || name === "os") return context[name] ?? unknown(`arch.${name}`);
    if (name === "target") return target(context.target);
    if (name === "__str__") return architectureSpec(context);
    if (name === "satisfies") return func("arch.satisfies", ([other]) => archSatisfies(other, context));
    throw new Undecided(`uses arch.${name}, which is not evaluated here`);
  };
  return { type: "object", name: "arch", attribute };
}

function archSatisfies(constraint: Value | undefined, context: SpackContext): Value {
  const own = architectureSpec(context);
  if (typeof own !== "string") return own;
  if (typeof constraint !== "string")
    throw new Undecided("calls arch.satisfies with something that is no text");
  try {
    return satisfies(parseSpec(own), parseSpec(constraint));
  } catch (error) {
    if (!(error instanceof SpecSyntaxError)) throw error;
    throw new ConditionError(`asks whether arch satisfies ${constraint}, which is no spec`);
  }
}

/** Spack's is no text, but equals one. */
function target(text: string | undefined): Value {
  if (text === undefined) return unknown("arch.target");
  const attribute = (name: string): Value => {
    if (name === "__str__" || name === "name") return text;
    if (name === "__eq__")
      return func(name, ([other]) => (typeof other === "string" ? other === text : notText()));
    throw new Undecided(`uses arch.target.${name}, which is not evaluated here`);
  };
  return { type: "object", name: "arch.target", attribute };
}

function notText(): never {
  throw new Undecided("compares arch.target with something that is no text");
}

function environment(context: SpackContext): Value {
  const variables = context.environment;
  if (variables === undefined) return unknown("env");
  const read = (key: Value | undefined): string | undefined => {
    if (typeof key !== "string") throw new ConditionError("asks env for something that is no text");
    return Object.hasOwn(variables, key) ? variables[key] : undefined;
  };
  const attribute = (name: string): Value => {
    if (name === "get") {
      return func("env.get", ([key, otherwise]) =>
        key !== undefined && isUnknown(key) ? { ...key, fails: true } : (read(key) ?? otherwise ?? null),
      );
    }
    if (name === "__contains__") return func("env", ([key]) => read(key) !== undefined);
    if (name === "__getitem__") return func("env", ([key]) => read(key) ?? missing(key));
    throw new Undecided(`uses env.${name}, which is not evaluated here`);
  };
  return { type: "object", name: "env", attribute };
}

function missing(key: Value | undefined): never {
  throw new ConditionError(
    `asks for the environment variable ${typeof key === "string" ? key : ""}, which is not set; env.get would not fail`,
  );
}

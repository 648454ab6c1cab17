import type * as z from "zod";
import { SygaldryError } from "../base/errors.ts";
import { nearest } from "../base/nearest.ts";
import { configJsonSchema } from "./json-schema.ts";
import type { Origin } from "./origin.ts";
import type { KeyPath, YamlSource } from "./yaml-source.ts";

type Issue = z.core.$ZodIssue;

/**
 * One SYG-CONFIG-INVALID for all problems, in the order of their places, each with what was expected and the nearest valid
 * key. `data.problems` holds them as `{place, key, message}`.
 */
export function configProblems(
  issues: readonly Issue[],
  file: string,
  chain: readonly YamlSource[],
  origin: (path: KeyPath) => Origin,
): SygaldryError {
  const problems = issues
    .flatMap(innermost)
    .flatMap(describe)
    .map((problem) => ({ ...problem, place: placeOf(problem.at, problem.ofKey, file, chain, origin) }))
    .sort((a, b) => a.place.order - b.place.order)
    .map(({ place, at, message }) => ({ place: place.text, key: at.join("."), message }));
  const lines = problems.map(
    ({ place, key, message }) => `${place}: ${key === "" ? "" : `${key}: `}${message}`,
  );
  return new SygaldryError("SYG-CONFIG-INVALID", lines.join("\n"), {
    next: "All settings are described in docs/reference/configuration.md.",
    data: { problems },
  });
}

interface Problem {
  readonly at: KeyPath;
  /** The key itself is wrong, rather than what it holds. */
  readonly ofKey: boolean;
  readonly message: string;
}

function describe(issue: Issue): Problem[] {
  const at = issue.path.map((step) => (typeof step === "symbol" ? String(step) : step));
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => ({
      at: [...at, key],
      ofKey: true,
      message: `unknown key${suggestion(key, validKeys(at))}`,
    }));
  }
  if (issue.code === "invalid_key") {
    return [{ at, ofKey: true, message: issue.issues[0]?.message ?? issue.message }];
  }
  return [{ at, ofKey: false, message: inWordsOfYaml(issue.message) }];
}

/**
 * "Invalid input: expected object, received number" → "expected a mapping, found a number";
 * "Too small: expected number to be >0" → "expected a number >0".
 */
function inWordsOfYaml(message: string): string {
  const [, what, limit] = /^Too (?:small|big): expected (\w+) to be ([<>]=?-?[0-9.]+)$/.exec(message) ?? [];
  if (what !== undefined) return `expected ${yamlWords.get(what) ?? what} ${limit}`;
  const [, expected, received] = /^Invalid input: expected (\w+), received (\w+)$/.exec(message) ?? [];
  if (expected === undefined || received === undefined) return message.replace("Invalid input: ", "");
  if (received === "undefined") return `missing; expected ${yamlWords.get(expected) ?? expected}`;
  const hint = expected === "string" && received === "number" ? " (put it in quotes)" : "";
  return `expected ${yamlWords.get(expected) ?? expected}, found ${yamlWords.get(received) ?? received}${hint}`;
}

const yamlWords: ReadonlyMap<string, string> = new Map([
  ["object", "a mapping"],
  ["record", "a mapping"],
  ["array", "a list"],
  ["string", "text"],
  ["number", "a number"],
  ["int", "a whole number"],
  ["boolean", "true or false"],
]);

/** Of a union that failed, the branch that matched in shape and failed inside; else the union's own message. */
function innermost(issue: Issue): Issue[] {
  if (issue.code !== "invalid_union") return [issue];
  const inside = issue.errors.find((branch) =>
    branch.some((inner) => inner.path.length > 0 || inner.code === "unrecognized_keys"),
  );
  return inside === undefined
    ? [issue]
    : inside.map((inner) => ({ ...inner, path: [...issue.path, ...inner.path] })).flatMap(innermost);
}

interface Place {
  readonly text: string;
  /** Sorts by file (bases first), line and column; what is in no file comes last. */
  readonly order: number;
}

function placeOf(
  at: KeyPath,
  key: boolean,
  file: string,
  chain: readonly YamlSource[],
  origin: (path: KeyPath) => Origin,
): Place {
  const from = nearestGiven(at, origin);
  const last = Number.MAX_SAFE_INTEGER;
  if (from?.kind === "environment" || from?.kind === "flag") return { text: from.text, order: last };
  const source = chain.find((candidate) => candidate.file === from?.file) ?? chain.at(-1);
  if (source === undefined) return { text: file, order: last };
  const own = from?.path === undefined ? at : [...from.path, ...at.slice(from.path.length)];
  const { line, column } = source.position(own, { key });
  return {
    text: `${source.file}:${line}:${column}`,
    order: (chain.indexOf(source) * 1e6 + line) * 1e3 + Math.min(column, 999),
  };
}

/** The origin of `at`, or of the nearest enclosing value that somebody gave: what is missing is missing there. */
function nearestGiven(at: KeyPath, origin: (path: KeyPath) => Origin): Origin | undefined {
  for (let length = at.length; length > 0; length--) {
    const found = origin(at.slice(0, length));
    if (found.kind !== "default") return found;
  }
  return undefined;
}

function suggestion(key: string, valid: readonly string[]): string {
  if (valid.length === 0) return "";
  const meant = nearest(key, valid);
  return meant === undefined ? `; expected one of ${valid.join(", ")}` : `; did you mean "${meant}"?`;
}

/** The keys that the schema allows at `at`. */
function validKeys(at: KeyPath): string[] {
  let schema: unknown = configJsonSchema();
  for (const step of at) schema = child(schema, step);
  return Object.keys(properties(schema));
}

function child(schema: unknown, step: string | number): unknown {
  for (const candidate of alternatives(schema)) {
    const found =
      properties(candidate)[String(step)] ??
      field(candidate, typeof step === "number" ? "items" : "additionalProperties");
    if (typeof found === "object" && found !== null) return found;
  }
  return undefined;
}

function properties(schema: unknown): Record<string, unknown> {
  const own = alternatives(schema).map((candidate) => field(candidate, "properties"));
  return Object.assign({}, ...own.filter((value) => typeof value === "object"));
}

function alternatives(schema: unknown): unknown[] {
  const any = field(schema, "anyOf");
  return Array.isArray(any) ? [schema, ...any.flatMap(alternatives)] : [schema];
}

function field(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined;
}

import { closest, distance } from "fastest-levenshtein";
import path from "node:path";
import type * as z from "zod";
import { SygaldryError } from "../base/errors.ts";
import type { Origin } from "./config.ts";
import { configJsonSchema } from "./json-schema.ts";
import type { KeyPath, YamlSource } from "./yaml-source.ts";

type Issue = z.core.$ZodIssue;

/** One SYG-CONFIG-INVALID for all problems, each with its place, what was expected, and the nearest valid key. */
export function configProblems(
  issues: readonly Issue[],
  file: string,
  chain: readonly YamlSource[],
  origin: (path: KeyPath) => Origin,
): SygaldryError {
  const problems = issues.flatMap(innermost).flatMap((issue) => describe(issue, file, chain, origin));
  const lines = problems.map(({ place, key, message }) => `${place}: ${key === "" ? "" : `${key}: `}${message}`);
  return new SygaldryError("SYG-CONFIG-INVALID", lines.join("\n"), {
    next: "All settings are described in docs/reference/configuration.md.",
    data: { problems },
  });
}

interface Problem {
  readonly place: string;
  readonly key: string;
  readonly message: string;
}

function describe(
  issue: Issue,
  file: string,
  chain: readonly YamlSource[],
  origin: (path: KeyPath) => Origin,
): Problem[] {
  const at = issue.path.map((step) => (typeof step === "symbol" ? String(step) : step));
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => ({
      place: placeOf([...at, key], true, file, chain, origin),
      key: [...at, key].join("."),
      message: `unknown key${suggestion(key, validKeys(at))}`,
    }));
  }
  return [
    { place: placeOf(at, false, file, chain, origin), key: at.join("."), message: issue.message.replace("Invalid input: ", "") },
  ];
}

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

function placeOf(
  at: KeyPath,
  key: boolean,
  file: string,
  chain: readonly YamlSource[],
  origin: (path: KeyPath) => Origin,
): string {
  const from = origin(at);
  if (from.kind === "environment" || from.kind === "flag") return from.text;
  const source = chain.find((candidate) => candidate.file === from.file) ?? chain.at(-1);
  if (source === undefined) return file;
  const { line, column } = source.position(at, { key });
  return `${path.relative(process.cwd(), source.file) || source.file}:${line}:${column}`;
}

function suggestion(key: string, valid: readonly string[]): string {
  if (valid.length === 0) return "";
  const nearest = closest(key, [...valid]);
  return distance(key.toLowerCase(), nearest.toLowerCase()) <= Math.max(2, key.length / 3)
    ? `; did you mean "${nearest}"?`
    : `; expected one of ${valid.join(", ")}`;
}

/** The keys that the schema allows at `at`. */
function validKeys(at: KeyPath): string[] {
  let schema: unknown = configJsonSchema();
  for (const step of at) schema = child(schema, step);
  return Object.keys(properties(schema));
}

function child(schema: unknown, step: string | number): unknown {
  for (const candidate of alternatives(schema)) {
    const found = properties(candidate)[String(step)] ?? field(candidate, typeof step === "number" ? "items" : "additionalProperties");
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

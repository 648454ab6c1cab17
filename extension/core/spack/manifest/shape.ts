import { nearest } from "../../base/nearest.ts";
import type { ConfigEntry, ConfigValue, Origin } from "./config-value.ts";
import type { ManifestProblem } from "./problems.ts";

/** What a part of a configuration file must look like. */
export type Shape =
  | { readonly kind: "anything" }
  | { readonly kind: "text" | "number" | "switch" | "nothing" }
  | { readonly kind: "choice"; readonly values: readonly string[] }
  | { readonly kind: "list"; readonly of: Shape }
  | { readonly kind: "map"; readonly of: Shape; readonly known?: Readonly<Record<string, Shape>> }
  | {
      readonly kind: "record";
      readonly keys: Readonly<Record<string, Shape>>;
      readonly required: readonly string[];
      /** Other keys are let pass. */
      readonly open: boolean;
      /** Keys that Spack once had, and what to write instead. */
      readonly old: Readonly<Record<string, string>>;
    }
  | { readonly kind: "either"; readonly shapes: readonly Shape[] };

type RecordShape = Extract<Shape, { readonly kind: "record" }>;

export const anything: Shape = { kind: "anything" };
export const text: Shape = { kind: "text" };
export const number: Shape = { kind: "number" };
export const onOff: Shape = { kind: "switch" };
export const nothing: Shape = { kind: "nothing" };
export const texts: Shape = { kind: "list", of: text };

export function choice(...values: readonly string[]): Shape {
  return { kind: "choice", values };
}

export function list(of: Shape): Shape {
  return { kind: "list", of };
}

/** Keys as the user likes; `known` ones have a shape of their own. */
export function map(of: Shape, known?: Readonly<Record<string, Shape>>): Shape {
  return known === undefined ? { kind: "map", of } : { kind: "map", of, known };
}

export function record(
  keys: Readonly<Record<string, Shape>>,
  options: Partial<Pick<RecordShape, "required" | "open" | "old">> = {},
): Shape {
  return { kind: "record", keys, required: [], open: false, old: {}, ...options };
}

export function either(...shapes: readonly Shape[]): Shape {
  return { kind: "either", shapes };
}

/** What may stand at a place of a file, key by key; for an item of a list any number. Empty where anything may, or nothing. */
export function shapesAt(shape: Shape, path: readonly (string | number)[]): readonly Shape[] {
  const [step, ...rest] = path;
  if (shape.kind === "either") return shape.shapes.flatMap((one) => shapesAt(one, path));
  if (step === undefined) return [shape];
  const inner = typeof step === "number" ? itemShape(shape) : valueShape(shape, step);
  return inner === undefined ? [] : shapesAt(inner, rest);
}

function itemShape(shape: Shape): Shape | undefined {
  return shape.kind === "list" ? shape.of : undefined;
}

function valueShape(shape: Shape, key: string): Shape | undefined {
  if (shape.kind === "map") return shape.known?.[key] ?? shape.of;
  return shape.kind === "record" && Object.hasOwn(shape.keys, key) ? shape.keys[key] : undefined;
}

/** All that differs from `shape`, each problem with its place and what was expected. `name` is the key path for people. */
export function checkShape(value: ConfigValue, shape: Shape, name: string): ManifestProblem[] {
  if (!fits(value, shape))
    return [problem(value.at, `${name}: expected ${expected(shape)}, found ${found(value)}`)];
  if (shape.kind === "list" && value.kind === "list") {
    return value.items.flatMap((item, index) => checkShape(item, shape.of, `${name}[${index}]`));
  }
  if (shape.kind === "map" && value.kind === "map") {
    return value.entries.flatMap((entry) =>
      checkShape(entry.value, shape.known?.[entry.key] ?? shape.of, `${name}:${entry.key}`),
    );
  }
  if (shape.kind === "record" && value.kind === "map") return checkRecord(value, shape, name);
  return shape.kind === "either" ? checkEither(value, shape.shapes, name) : [];
}

function checkRecord(
  value: Extract<ConfigValue, { readonly kind: "map" }>,
  shape: RecordShape,
  name: string,
): ManifestProblem[] {
  const missing = shape.required
    .filter((key) => !value.entries.some((entry) => entry.key === key))
    .map((key) => problem(value.at, `${name}: ${key} is missing`));
  const inside = value.entries.flatMap((entry) => {
    const keyShape = Object.hasOwn(shape.keys, entry.key) ? shape.keys[entry.key] : undefined;
    if (keyShape !== undefined) return checkShape(entry.value, keyShape, join(name, entry.key));
    return shape.open ? [] : [unknownKey(entry, shape, name)];
  });
  return [...missing, ...inside];
}

function join(name: string, key: string): string {
  return name === "" ? key : `${name}:${key}`;
}

/** Of the shapes that fit from outside, the one with the fewest problems inside. */
function checkEither(value: ConfigValue, shapes: readonly Shape[], name: string): ManifestProblem[] {
  const tried = shapes.filter((shape) => fits(value, shape)).map((shape) => checkShape(value, shape, name));
  return tried.reduce((best, next) => (next.length < best.length ? next : best));
}

function fits(value: ConfigValue, shape: Shape): boolean {
  if (shape.kind === "anything") return true;
  if (shape.kind === "either") return shape.shapes.some((candidate) => fits(value, candidate));
  if (shape.kind === "list") return value.kind === "list";
  if (shape.kind === "map" || shape.kind === "record") return value.kind === "map";
  if (value.kind !== "scalar") return false;
  if (shape.kind === "nothing") return value.value === null;
  if (shape.kind === "choice") return typeof value.value === "string" && shape.values.includes(value.value);
  const types = { text: "string", number: "number", switch: "boolean" } as const;
  return typeof value.value === types[shape.kind];
}

function expected(shape: Shape): string {
  if (shape.kind === "either") return shape.shapes.map(expected).join(" or ");
  if (shape.kind === "choice") return shape.values.join(", ");
  return words[shape.kind];
}

const words = {
  anything: "anything",
  text: "text",
  number: "a number",
  switch: "true or false",
  nothing: "nothing",
  list: "a list",
  map: "a mapping",
  record: "a mapping",
} as const;

function found(value: ConfigValue): string {
  if (value.kind !== "scalar") return value.kind === "list" ? "a list" : "a mapping";
  if (value.value === null) return "nothing";
  if (typeof value.value === "string") return `"${value.value.slice(0, 60)}"`;
  return `${value.value}${typeof value.value === "number" ? " (a number; put it in quotes to make it text)" : ""}`;
}

function unknownKey(entry: ConfigEntry, shape: RecordShape, name: string): ManifestProblem {
  const instead = Object.hasOwn(shape.old, entry.key) ? shape.old[entry.key] : undefined;
  const where = name === "" ? "" : ` in ${name}`;
  const message =
    instead === undefined
      ? `${entry.key}: Spack knows no such key${where}${suggestion(entry.key, Object.keys(shape.keys))}`
      : `${entry.key}: Spack no longer knows this key${where}; ${instead}`;
  return { severity: "error", code: "unknown-key", message, at: entry.keyAt };
}

function suggestion(key: string, valid: readonly string[]): string {
  const meant = nearest(key, valid);
  return meant === undefined ? "" : `; did you mean "${meant}"?`;
}

function problem(at: Origin, message: string): ManifestProblem {
  return { severity: "error", code: "shape", message: message.replace(/^: /, ""), at };
}

import { SygaldryError } from "../../base/errors.ts";

/**
 * Hand-written checks for JSON of which there are thousands of records: a schema library would cost more than the
 * whole budget of a join. `where` is the path inside the file and is only built when something is wrong.
 */

export type JsonObject = Readonly<Record<string, unknown>>;

/** A function, so that the path is not put together for records that are right. */
type Where = () => string;

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function asObject(value: unknown, file: string, where: Where): JsonObject {
  if (isJsonObject(value)) return value;
  throw malformed(file, where(), "an object", value);
}

export function asString(value: unknown, file: string, where: Where): string {
  if (typeof value === "string") return value;
  throw malformed(file, where(), "a string", value);
}

export function optionalString(value: unknown, file: string, where: Where): string | undefined {
  return value === undefined || value === null ? undefined : asString(value, file, where);
}

export function optionalNumber(value: unknown, file: string, where: Where): number | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === "number") return value;
  throw malformed(file, where(), "a number", value);
}

/** Absent counts as false, as Spack reads its database. */
export function optionalFlag(value: unknown, file: string, where: Where): boolean {
  if (value === undefined || value === null) return false;
  if (typeof value === "boolean") return value;
  throw malformed(file, where(), "true or false", value);
}

export function asArray(value: unknown, file: string, where: Where): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw malformed(file, where(), "a list", value);
}

/** One step of a path: `.name`, or quoted where a name would not read well. */
export function step(key: string): string {
  return /^[A-Za-z_][\w-]*$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`;
}

function malformed(file: string, where: string, expected: string, value: unknown): SygaldryError {
  const found = value === undefined ? "is missing" : `is ${describe(value)}`;
  return new SygaldryError("SYG-SPACK-STORE", `${file}: ${where} ${found}, not ${expected}`, {
    next: "The file is not as Spack writes it; `spack reindex` rebuilds a store's database.",
    data: { file, path: where },
  });
}

function describe(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "an object";
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 40 ? `${text.slice(0, 37)}...` : text;
}

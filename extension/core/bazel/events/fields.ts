import { isJsonObject, type JsonObject } from "../../base/json-fields.ts";
import { decoded } from "../decoded.ts";

/**
 * What is looked for in an event, or nothing: a field may lack in one version and be of another type in the next, and an
 * event that is half understood is worth more than none.
 */

/** The object at the end of the path; empty where there is none. */
export function objectAt(value: unknown, ...path: readonly string[]): JsonObject {
  let at: unknown = value;
  for (const key of path) at = isJsonObject(at) ? at[key] : undefined;
  return isJsonObject(at) ? at : {};
}

export function has(value: JsonObject, key: string): boolean {
  return isJsonObject(value[key]);
}

export function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? decoded(value) : undefined;
}

/** A number; protobuf's JSON writes 64-bit ones as texts. */
export function numberOf(value: unknown): number | undefined {
  const number = typeof value === "string" && value !== "" ? Number(value) : value;
  return typeof number === "number" && Number.isFinite(number) ? number : undefined;
}

export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

export function textsOf(value: unknown): readonly string[] {
  return listOf(value).flatMap((item) => textOf(item) ?? []);
}

/** Seconds of protobuf's `1.5s`, else of milliseconds in the older field. */
export function secondsOf(duration: unknown, milliseconds: unknown): number | undefined {
  const [, seconds] = typeof duration === "string" ? (/^(-?[\d.]+)s$/.exec(duration) ?? []) : [];
  if (seconds !== undefined) return Number(seconds);
  const older = numberOf(milliseconds);
  return older === undefined ? undefined : older / 1000;
}

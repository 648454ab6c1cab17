/**
 * Checked access to parsed JSON, for large files where a schema library would cost more than reading the file.
 * A value of another type than asked for throws a ShapeError that names the path inside the file.
 */
export class ShapeError extends Error {
  /** Like `concrete_specs.abc.name`; empty for the whole document. */
  readonly at: string;
  readonly expected: string;
  readonly value: unknown;

  constructor(at: string, expected: string, value: unknown) {
    super(`${at === "" ? "the document" : at} is ${kindOf(value)} where ${expected} was expected`);
    this.name = "ShapeError";
    this.at = at;
    this.expected = expected;
    this.value = value;
  }
}

/** Runs `read` for the item `key` of `at`, and completes the path of its ShapeErrors; so no path is made before it is needed. */
export function below<T>(at: string, key: string | number, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof ShapeError)) throw error;
    const item = typeof key === "number" ? `${at}[${key}]` : `${at}.${key}`;
    throw new ShapeError(error.at === "" ? item : `${item}.${error.at}`, error.expected, error.value);
  }
}

/** `read` for every item of the list at `at`, with the paths of its ShapeErrors completed. */
export function mapBelow<T>(at: string, list: readonly unknown[], read: (item: unknown) => T): readonly T[] {
  const found: T[] = [];
  try {
    for (const item of list) found.push(read(item));
    return found;
  } catch (error) {
    return below(at, found.length, () => {
      throw error;
    });
  }
}

export type JsonObject = Readonly<Record<string, unknown>>;

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function asObject(value: unknown, at: string): JsonObject {
  if (isJsonObject(value)) return value;
  throw new ShapeError(at, "an object", value);
}

export function asArray(value: unknown, at: string): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw new ShapeError(at, "a list", value);
}

export function asString(value: unknown, at: string): string {
  if (typeof value === "string") return value;
  throw new ShapeError(at, "a text", value);
}

export function asNumber(value: unknown, at: string): number {
  if (typeof value === "number") return value;
  throw new ShapeError(at, "a number", value);
}

export function asStrings(value: unknown, at: string): readonly string[] {
  const list = asArray(value, at);
  // The path is only put together for a failure.
  list.forEach((item, index) => {
    if (typeof item !== "string") throw new ShapeError(`${at}[${index}]`, "a text", item);
  });
  return list as readonly string[];
}

/** A text, or undefined where the key is absent or null. */
export function optionalString(value: unknown, at: string): string | undefined {
  return value === undefined || value === null ? undefined : asString(value, at);
}

function kindOf(value: unknown): string {
  if (value === undefined) return "missing";
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" ? "an object" : `${JSON.stringify(value).slice(0, 40)}`;
}

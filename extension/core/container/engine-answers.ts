import { SygaldryError } from "../base/errors.ts";

/** A JSON object, its fields yet unknown. */
export type Fields = Readonly<Record<string, unknown>>;

export function isRecord(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The parsed text; undefined when it is no JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Reads the fields of one answer of the engine; a missing one is an error that names the answer and the path inside it. */
export interface Answer {
  text(...path: readonly string[]): string;
  number(...path: readonly string[]): number;
  /** The empty string when absent. */
  optionalText(...path: readonly string[]): string;
  flag(...path: readonly string[]): boolean;
  /** An absent or null list is empty; what is no string is left out. */
  texts(...path: readonly string[]): readonly string[];
  answers(...path: readonly string[]): readonly Answer[];
  /** Absent or null is empty; values that are no strings are left out. */
  labels(...path: readonly string[]): Readonly<Record<string, string>>;
  keys(...path: readonly string[]): readonly string[];
}

/** These guards stand in for zod on the warm path: loading zod costs `sygaldry exec` about 30 ms. */
export function readAnswer(value: unknown, what: string): Answer {
  if (!isRecord(value)) throw malformed(what, "it is no JSON object");
  const at = (path: readonly string[]) =>
    path.reduce<unknown>((inner, key) => (isRecord(inner) ? inner[key] : undefined), value);
  const list = (path: readonly string[]): readonly unknown[] => {
    const found = at(path);
    return Array.isArray(found) ? found : [];
  };
  return {
    text: (...path) => {
      const found = at(path);
      if (typeof found !== "string") throw malformed(what, `${path.join(".")} is no text`);
      return found;
    },
    number: (...path) => {
      const found = at(path);
      if (typeof found !== "number") throw malformed(what, `${path.join(".")} is no number`);
      return found;
    },
    optionalText: (...path) => {
      const found = at(path);
      return typeof found === "string" ? found : "";
    },
    flag: (...path) => at(path) === true,
    texts: (...path) => list(path).filter(isText),
    answers: (...path) => list(path).map((item) => readAnswer(item, `${what}, ${path.join(".")}`)),
    labels: (...path) => {
      const found = at(path);
      const entries = isRecord(found) ? Object.entries(found) : [];
      return Object.fromEntries(entries.filter((entry): entry is [string, string] => isText(entry[1])));
    },
    keys: (...path) => {
      const found = at(path);
      return isRecord(found) ? Object.keys(found) : [];
    },
  };
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

function malformed(what: string, why: string): SygaldryError {
  return new SygaldryError("SYG-ENGINE", `the engine's answer about ${what} cannot be read: ${why}`, {
    next: "Check that the socket belongs to Docker 20.10 or newer, or Podman 4 or newer.",
  });
}

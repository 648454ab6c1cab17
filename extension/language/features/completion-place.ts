import { parseConfigLeniently } from "../../core/spack/manifest/config-source.ts";
import type { ConfigValue } from "../../core/spack/manifest/config-value.ts";
import { yamlPlace } from "../yaml-path.ts";

/** What is being typed at the cursor. */
export interface CompletionPlace {
  /** Keys and indexes down to it; of a key, down to the mapping that it is in. */
  readonly path: readonly (string | number)[];
  /** Whether it is a key already, or a value that may yet become one. */
  readonly kind: "key" | "value";
  /** The text from the scalar's beginning to the cursor. */
  readonly before: string;
  /** Keys that the mapping has already. */
  readonly siblings: readonly string[];
}

/** No text holds it but the one that is made here. */
const mark = "\ue123";

/**
 * Where the cursor stands. What is typed is seldom valid: a mark is put in at the cursor, so that there is something to find, and
 * the tolerant reading of that text says what surrounds it. Undefined in comments and outside of everything.
 */
export function completionPlace(file: string, text: string, offset: number): CompletionPlace | undefined {
  const { root } = parseConfigLeniently(file, text.slice(0, offset) + mark + text.slice(offset)).source;
  const place = yamlPlace(root, offset);
  if (place === undefined) return undefined;
  if (place.value === undefined) {
    const key = String(place.path.at(-1));
    if (!key.includes(mark)) return undefined;
    const path = place.path.slice(0, -1);
    return { path, kind: "key", before: untilMark(key), siblings: keysAt(root, path) };
  }
  const written = place.value.kind === "scalar" ? place.value.value : null;
  if (typeof written !== "string" || !written.includes(mark)) return undefined;
  return { path: place.path, kind: "value", before: untilMark(written), siblings: [] };
}

function untilMark(text: string): string {
  return text.slice(0, text.indexOf(mark));
}

function keysAt(root: ConfigValue | undefined, path: readonly (string | number)[]): readonly string[] {
  let value = root;
  for (const step of path) {
    if (value?.kind === "list" && typeof step === "number") value = value.items[step];
    else value = value?.kind === "map" ? value.entries.find(({ key }) => key === step)?.value : undefined;
  }
  return value?.kind === "map"
    ? value.entries.map(({ key }) => key).filter((key) => !key.includes(mark))
    : [];
}

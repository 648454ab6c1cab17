import type { ConfigEntry, ConfigValue } from "../core/spack/manifest/config-value.ts";

export interface YamlPlace {
  /** Keys and indexes down to the value; for a key, the last step is the key itself. */
  readonly path: readonly (string | number)[];
  readonly entry: ConfigEntry | undefined;
  /** Set when the place is a value, no key. */
  readonly value: ConfigValue | undefined;
}

/** What stands at an offset of the file: a key, or the innermost value. */
export function yamlPlace(root: ConfigValue | undefined, offset: number): YamlPlace | undefined {
  return root === undefined ? undefined : inside(root, offset, [], undefined);
}

function inside(
  value: ConfigValue,
  offset: number,
  path: readonly (string | number)[],
  entry: ConfigEntry | undefined,
): YamlPlace | undefined {
  if (value.kind === "map") {
    for (const one of value.entries) {
      const to = [...path, one.key];
      if (holds(one.keyAt, offset)) return { path: to, entry: one, value: undefined };
      const found = inside(one.value, offset, to, one);
      if (found !== undefined) return found;
    }
    return undefined;
  }
  if (value.kind === "list") {
    for (const [index, item] of value.items.entries()) {
      const found = inside(item, offset, [...path, index], entry);
      if (found !== undefined) return found;
    }
    return undefined;
  }
  return holds(value.at, offset) ? { path, entry, value } : undefined;
}

function holds(at: { readonly offset: number; readonly length: number }, offset: number): boolean {
  return at.offset <= offset && offset <= at.offset + at.length && at.length > 0;
}

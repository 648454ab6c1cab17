/** Where something stands in a file: line and column counted from 1, offset and length in UTF-16 units, a byte order mark not counted. */
export interface Origin {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly offset: number;
  readonly length: number;
}

interface ConfigScalar {
  readonly kind: "scalar";
  readonly value: string | number | boolean | null;
  readonly at: Origin;
}

export interface ConfigList {
  readonly kind: "list";
  readonly items: readonly ConfigValue[];
  readonly at: Origin;
}

export interface ConfigEntry {
  readonly key: string;
  /** Written `key::`, which drops what lower scopes say instead of merging with it. */
  readonly override: boolean;
  readonly keyAt: Origin;
  readonly value: ConfigValue;
}

export interface ConfigMap {
  readonly kind: "map";
  readonly entries: readonly ConfigEntry[];
  readonly at: Origin;
}

/** A YAML value in which every part knows where it is from, also after scopes were merged. */
export type ConfigValue = ConfigScalar | ConfigList | ConfigMap;

export type Plain = string | number | boolean | null | readonly Plain[] | { readonly [key: string]: Plain };

/** The value of `path`, key by key; undefined when there is none. */
export function at(value: ConfigValue | undefined, ...path: readonly string[]): ConfigValue | undefined {
  let found = value;
  for (const key of path) found = entryOf(found, key)?.value;
  return found;
}

export function entryOf(value: ConfigValue | undefined, key: string): ConfigEntry | undefined {
  return value?.kind === "map" ? value.entries.find((entry) => entry.key === key) : undefined;
}

export function textOf(value: ConfigValue | undefined): string | undefined {
  return value?.kind === "scalar" && typeof value.value === "string" ? value.value : undefined;
}

export function switchOf(value: ConfigValue | undefined): boolean | undefined {
  return value?.kind === "scalar" && typeof value.value === "boolean" ? value.value : undefined;
}

/** The texts of a list, with their places; what is no text is left out. */
export function textsOf(value: ConfigValue | undefined): { readonly text: string; readonly at: Origin }[] {
  const items = value?.kind === "list" ? value.items : [];
  return items.flatMap((item) => {
    const text = textOf(item);
    return text === undefined ? [] : [{ text, at: item.at }];
  });
}

export function plain(value: ConfigValue): Plain {
  if (value.kind === "scalar") return value.value;
  if (value.kind === "list") return value.items.map(plain);
  return Object.fromEntries(value.entries.map((entry) => [entry.key, plain(entry.value)]));
}

/** Equal texts iff the plain values are equal, whatever the order of keys. */
export function canonicalText(value: ConfigValue): string {
  if (value.kind === "scalar") return JSON.stringify(value.value);
  if (value.kind === "list") return `[${value.items.map(canonicalText).join(",")}]`;
  const entries = value.entries.map((entry) => `${JSON.stringify(entry.key)}:${canonicalText(entry.value)}`);
  return `{${entries.sort().join(",")}}`;
}

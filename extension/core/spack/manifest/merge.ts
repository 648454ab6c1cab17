import {
  type ConfigEntry,
  type ConfigList,
  type ConfigMap,
  type ConfigValue,
  canonicalText,
} from "./config-value.ts";

/**
 * Lays `upper` over `lower` as Spack merges its scopes: mappings key by key, `key::` drops what is below; of two lists the upper's
 * items come first, then the lower's that it does not hold; anything else replaces. Keys of the upper come first.
 */
function mergeValues(lower: ConfigValue, upper: ConfigValue): ConfigValue {
  if (lower.kind === "list" && upper.kind === "list") return mergeLists(lower, upper);
  return lower.kind === "map" && upper.kind === "map" ? mergeMaps(lower, upper) : upper;
}

function mergeLists(lower: ConfigList, upper: ConfigList): ConfigList {
  const held = new Set(upper.items.map(canonicalText));
  const rest = lower.items.filter((item) => !held.has(canonicalText(item)));
  return { kind: "list", items: [...upper.items, ...rest], at: upper.at };
}

function mergeMaps(lower: ConfigMap, upper: ConfigMap): ConfigMap {
  const below = new Map(lower.entries.map((entry) => [entry.key, entry]));
  const above = upper.entries.map((entry) => {
    const under = below.get(entry.key);
    below.delete(entry.key);
    return mergeEntries(under, entry);
  });
  return { kind: "map", entries: [...above, ...below.values()], at: upper.at };
}

/** `upper` over what the scopes below it say about the same key. */
export function mergeEntries(lower: ConfigEntry | undefined, upper: ConfigEntry): ConfigEntry {
  return lower === undefined || upper.override
    ? upper
    : { ...upper, value: mergeValues(lower.value, upper.value) };
}

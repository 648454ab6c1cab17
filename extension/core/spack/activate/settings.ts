import { type ConfigValue, entryOf, plain, textsOf } from "../manifest/config-value.ts";
import type { EnvironmentChange } from "./changes.ts";
import { configuredChanges } from "./configured.ts";
import { defaultInspections, type PrefixInspections } from "./inspections.ts";

/**
 * `modules:prefix_inspections` of all scopes, over Spack's defaults: what is configured comes first, a folder's variables
 * before the default ones, and a key with a second colon replaces.
 */
export function inspectionsOf(
  modules: ConfigValue | undefined,
  platform?: NodeJS.Platform,
): PrefixInspections {
  const defaults = new Map(defaultInspections(platform));
  const configured = entryOf(modules, "prefix_inspections");
  if (configured?.value.kind !== "map") return [...defaults];
  const own = configured.value.entries.map(({ key, override, value }) => {
    const names = textsOf(value).map(({ text }) => text);
    const below = override ? [] : (defaults.get(key) ?? []);
    return [key, [...new Set([...names, ...below])]] as const;
  });
  const named = new Set(own.map(([folder]) => folder));
  return configured.override ? own : [...own, ...[...defaults].filter(([folder]) => !named.has(folder))];
}

/** `env_vars` of all scopes; nothing where it is not what Spack takes, which the manifest's problems say. */
export function configuredOf(variables: ConfigValue | undefined): readonly EnvironmentChange[] {
  return variables === undefined ? [] : (configuredChanges(plain(variables)) ?? []);
}

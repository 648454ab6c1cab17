import { z } from "zod";
import type { EnvironmentChange } from "./changes.ts";
import { configuredChanges } from "./configured.ts";
import { defaultInspections, type PrefixInspections } from "./inspections.ts";

/** The sections of one scope of Spack's configuration that an activation depends on, as read from YAML. */
export interface ActivationScope {
  /** `modules:` */
  readonly modules?: unknown;
  /** `env_vars:` */
  readonly variables?: unknown;
}

export interface ActivationSettings {
  readonly inspections: PrefixInspections;
  readonly configured: readonly EnvironmentChange[];
  /** Sections that are not what Spack takes, and were left out. */
  readonly problems: readonly string[];
}

const inspectionsOf = z.object({ prefix_inspections: z.record(z.string(), z.array(z.string())).optional() });

/**
 * What the scopes come to, lowest precedence first and without Spack's own defaults, which are known. As Spack merges: a
 * higher scope's keys come first, its lists before the lower one's, and a key with a second colon (`set::`) replaces.
 */
export function activationSettings(
  scopes: readonly ActivationScope[],
  platform: NodeJS.Platform = process.platform,
): ActivationSettings {
  const problems: string[] = [];
  const defaults = Object.fromEntries(
    defaultInspections(platform).map(([folder, names]) => [folder, [...names]]),
  );
  const inspections = scopes.reduce<unknown>((below, { modules }) => {
    const parsed = inspectionsOf.safeParse(modules ?? {});
    if (!parsed.success) problems.push("modules: prefix_inspections");
    return parsed.success ? merged(below, parsed.data.prefix_inspections ?? {}) : below;
  }, defaults);
  const variables = scopes.reduce<unknown>((below, scope) => merged(below, scope.variables ?? {}), {});
  const configured = configuredChanges(variables);
  if (configured === undefined) problems.push("env_vars");
  const { prefix_inspections: entries = {} } = inspectionsOf.parse({ prefix_inspections: inspections });
  return { inspections: Object.entries(entries), configured: configured ?? [], problems };
}

function merged(below: unknown, above: unknown): unknown {
  if (Array.isArray(below) && Array.isArray(above))
    return [...above, ...below.filter((item) => !above.includes(item))];
  if (!isMapping(below) || !isMapping(above)) return above;
  const result: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(above)) {
    const name = key.replace(/:$/, "");
    result[name] = key === name && name in below ? merged(below[name], value) : value;
  }
  for (const [key, value] of Object.entries(below)) if (!(key in result)) result[key] = value;
  return result;
}

function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

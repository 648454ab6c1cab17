import { readFile } from "node:fs/promises";
import path from "node:path";
import { isJsonObject, type JsonObject } from "../../base/json-fields.ts";

/** Where Spack keeps archspec's table: since 1.1, and before. */
const tables = [
  "lib/spack/spack/vendor/archspec/json/cpu/microarchitectures.json",
  "lib/spack/external/archspec/json/cpu/microarchitectures.json",
];

/**
 * The host's microarchitecture by archspec's rule (0.2.5), from the table of the Spack at `spackRoot` and the text of /proc/cpuinfo.
 * Undefined when the table is not to be had, and for processors other than x86_64, where archspec looks at more.
 */
export async function detectTarget(
  spackRoot: string,
  cpuinfo: string,
  signal?: AbortSignal,
): Promise<string | undefined> {
  for (const table of tables) {
    try {
      const file = path.join(spackRoot, table);
      return targetOf(
        JSON.parse(await readFile(file, { encoding: "utf8", ...(signal && { signal }) })),
        cpuinfo,
      );
    } catch {
      // The next place, or unknown.
    }
  }
  return undefined;
}

interface Target {
  readonly name: string;
  readonly vendor: string;
  readonly features: readonly string[];
  readonly from: readonly string[];
}

function targetOf(table: unknown, cpuinfo: string): string | undefined {
  const { vendor, flags } = firstProcessor(cpuinfo);
  if (vendor === undefined || flags === undefined) return undefined;
  const targets = readTargets(table);
  const usable = [...targets.values()].filter(
    (target) =>
      (target.name === family || ancestors(target, targets).has(family)) &&
      (target.vendor === vendor || target.vendor === "generic") &&
      target.features.every((feature) => flags.has(feature)),
  );
  const rank = (target: Target): readonly [number, number] => [
    ancestors(target, targets).size,
    new Set(target.features).size,
  ];
  const generic = best(
    usable.filter((target) => target.vendor === "generic"),
    rank,
  );
  if (generic === undefined) return undefined;
  // A feature that is switched off may hide a newer line; the generic level still holds.
  const newer = usable.filter((target) => ancestors(target, targets).has(generic.name));
  return (best(newer, rank) ?? generic).name;
}

const family = "x86_64";

function firstProcessor(cpuinfo: string): { vendor?: string; flags?: ReadonlySet<string> } {
  const [first = ""] = cpuinfo.split(/\n\s*\n/);
  const field = (name: string) => new RegExp(`^${name}[ \\t]*:[ \\t]*(.*)$`, "m").exec(first)?.[1];
  const [vendor, flags] = [field("vendor_id"), field("flags")];
  return vendor === undefined || flags === undefined ? {} : { vendor, flags: new Set(flags.split(/\s+/)) };
}

function readTargets(table: unknown): ReadonlyMap<string, Target> {
  const all = isJsonObject(table) ? table["microarchitectures"] : undefined;
  const entries: [string, unknown][] = isJsonObject(all) ? Object.entries(all) : [];
  return new Map(
    entries.flatMap(([name, value]) =>
      isJsonObject(value) ? [[name, readTarget(name, value)] as const] : [],
    ),
  );
}

function readTarget(name: string, value: JsonObject): Target {
  const { vendor, features, from } = value;
  const texts = (list: unknown) =>
    (Array.isArray(list) ? list : [list]).filter((item): item is string => typeof item === "string");
  return {
    name,
    vendor: typeof vendor === "string" ? vendor : "",
    features: texts(features),
    from: texts(from),
  };
}

function ancestors({ from }: Target, targets: ReadonlyMap<string, Target>): ReadonlySet<string> {
  const found = new Set<string>();
  const queue = [...from];
  for (const name of queue) {
    if (found.has(name)) continue;
    found.add(name);
    queue.push(...(targets.get(name)?.from ?? []));
  }
  return found;
}

/** The first of the highest rank. */
function best(
  targets: readonly Target[],
  rank: (target: Target) => readonly [number, number],
): Target | undefined {
  let found: Target | undefined;
  for (const target of targets) {
    const [depth, features] = rank(target);
    const [bestDepth, bestFeatures] = found === undefined ? [-1, -1] : rank(found);
    if (depth > bestDepth || (depth === bestDepth && features > bestFeatures)) found = target;
  }
  return found;
}

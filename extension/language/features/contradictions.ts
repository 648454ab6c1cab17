import type { LockNode } from "../../core/spack/lockfile/lockfile.ts";
import type { Origin } from "../../core/spack/manifest/config-value.ts";
import { nodeSpec } from "../../core/spack/spec/node-spec.ts";
import { satisfies } from "../../core/spack/spec/satisfies.ts";
import type { ManifestAnalysis, SpackAnalysis } from "../spack-analysis.ts";

export interface Contradiction {
  readonly at: Origin;
  readonly message: string;
}

/** Where the lock has a package otherwise than a root, or what `packages` requires of it, allows. */
export function contradictions(
  { lock, drift }: ManifestAnalysis,
  analysis: SpackAnalysis,
): readonly Contradiction[] {
  if (lock === undefined) return [];
  const byName = new Map<string, LockNode[]>();
  for (const node of lock.lock.nodes.values())
    byName.set(node.name, [...(byName.get(node.name) ?? []), node]);
  const added = (drift?.added ?? []).filter(({ via }) => via.length === 0);
  const asked = added.map(({ spec, text, origin }) => ({
    name: spec.name,
    spec,
    text,
    at: origin,
    all: false,
  }));
  const required = analysis.specs.flatMap(({ role, owner, parsed, text, at }) =>
    role === "require" && owner !== undefined && parsed !== undefined && isDemand(at, analysis)
      ? [{ name: owner, spec: parsed.spec, text, at, all: true }]
      : [],
  );
  return [...asked, ...required].flatMap(({ name, spec, text, at, all }) => {
    const nodes = byName.get(name) ?? [];
    const against = nodes.filter((node) => !satisfies(nodeSpec(node, lock.lock), spec));
    const [first] = against;
    if (first === undefined || (!all && against.length < nodes.length)) return [];
    return [{ at, message: `The lock has ${name}@${first.version}, which is not what ${text} allows.` }];
  });
}

/** Of `require` the plain forms: a choice (`any_of`) or a condition (`when`) may be met by something else. */
function isDemand(at: Origin, { sections }: SpackAnalysis): boolean {
  const packages = sections.find(({ key }) => key === "packages")?.value;
  const settings = packages?.kind === "map" ? packages.entries.flatMap(({ value }) => value) : [];
  return settings.some((value) => {
    const require =
      value.kind === "map" ? value.entries.find(({ key }) => key === "require")?.value : undefined;
    const plain = require?.kind === "list" ? require.items : require === undefined ? [] : [require];
    return plain.some((item) => item.kind === "scalar" && item.at.offset === at.offset);
  });
}

import type { Distribution } from "../distributions/distribution.ts";
import { parseRequirement, withoutVersion } from "../requirements/requirement.ts";
import { allows } from "../requirements/specifier.ts";

/** A requirement of one distribution of Spack's that another one of Spack's does not meet. */
export interface RelaxedRequirement {
  readonly name: string;
  /** As its author wrote it. */
  readonly requirement: string;
  /** What Spack has. */
  readonly version: string;
}

/**
 * The Requires-Dist of a stub. What Spack was solved and built with is settled: where its own versions are not those that the
 * author asked for, any will do, since uv could neither change them nor resolve anything with them.
 */
export function stubRequirements(
  { requires }: Pick<Distribution, "requires">,
  owned: ReadonlyMap<string, string>,
): { readonly requires: readonly string[]; readonly relaxed: readonly RelaxedRequirement[] } {
  const relaxed: RelaxedRequirement[] = [];
  const texts = requires.flatMap((text) => {
    const requirement = parseRequirement(text);
    if (requirement === undefined) return [];
    const { name, specifier, url } = requirement;
    const version = owned.get(name);
    if (version === undefined) return [requirement.text];
    if (url === undefined && allows(specifier, version) === true) return [requirement.text];
    relaxed.push({ name, requirement: text, version });
    return [withoutVersion(requirement)];
  });
  return { requires: texts, relaxed };
}

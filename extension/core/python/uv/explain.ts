import type { SpackDistribution } from "../distributions/distribution.ts";
import type { PythonEnvironment } from "../python-environment.ts";
import { normalizeName } from "../requirements/name.ts";

/** uv's failure, as far as it is about what Spack has. */
export interface SpackFailure {
  readonly distributions: readonly SpackDistribution[];
  /** What it means, a line each. */
  readonly text: readonly string[];
  readonly next: string;
}

/**
 * What a failed resolution means where it names versions of Spack's distributions; undefined where it names none.
 * Reads uv's messages ("only numpy==2.3.5 is available", "numpy was found on …, but not at the requested version").
 */
export function explainFailure(message: string, environment: PythonEnvironment): SpackFailure | undefined {
  const plain = message.replace(/\s+/g, " ");
  const named = new Set(
    [
      ...plain.matchAll(/only ([A-Za-z0-9][\w.-]*?)(?:\[[^\]]*\])?==\S+ (?:is|are) available/g),
      ...plain.matchAll(/`([A-Za-z0-9][\w.-]*)` was found on \S+, but not at the requested version/g),
      ...plain.matchAll(/there (?:is|are) no versions? of ([A-Za-z0-9][\w.-]*?)(?:[<>=!~,]|\s|$)/g),
      ...plain.matchAll(/([A-Za-z0-9][\w.-]*)==\S+ has no wheels? with a matching/g),
    ].map(([, name = ""]) => normalizeName(name)),
  );
  const distributions = environment.distributions.filter(({ name }) => named.has(name));
  const [first] = distributions;
  if (first === undefined) return undefined;
  return {
    distributions,
    text: distributions.map(ownerText),
    next: [
      `Either ask Spack for another version (${first.owner.name}@… in ${environment.name}'s spack.yaml, then`,
      "`sygaldry spack concretize` and `sygaldry spack install`), or ask for a version of the other package",
      `that works with ${first.name} ${first.version}.`,
    ].join(" "),
  };
}

function ownerText({ name, version, owner }: SpackDistribution): string {
  return `${name} ${version} is Spack's ${owner.name}@${owner.version}/${owner.hash.slice(0, 7)}, and uv may take no other`;
}

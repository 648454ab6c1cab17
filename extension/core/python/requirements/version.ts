import { explain, compare as order, satisfies, validRange } from "@renovatebot/pep440";

/** The version as PEP 440 writes it (`1.0-1` → `1.0.post1`, `V2.0RC1` → `2.0rc1`); undefined for what is none. */
export function normalizeVersion(text: string): string | undefined {
  const parts = explain(text.trim());
  if (parts === null) return undefined;
  return parts.local === null ? parts.public : `${parts.public}+${parts.local}`;
}

/** Whether two versions are the same (`1.0` and `1.0.0`); texts that are no versions are compared as they are. */
export function sameVersion(one: string, other: string): boolean {
  if (normalizeVersion(one) === undefined || normalizeVersion(other) === undefined) return one === other;
  return order(one, other) === 0;
}

/** The order of PEP 440, for two versions. */
export function compareVersions(one: string, other: string): number {
  return order(one, other);
}

/**
 * Whether `version` is one that `specifier` (`>=1.2,<2`, or nothing) allows. Pre-releases count: what is installed is there.
 * Undefined when one of both cannot be read.
 */
export function allows(specifier: string, version: string): boolean | undefined {
  const wanted = specifier.trim();
  const found = normalizeVersion(version);
  if (found === undefined) return undefined;
  if (wanted === "") return true;
  if (!validRange(wanted)) return undefined;
  return wanted.split(",").every((clause) => allowedBy(clause.trim(), found));
}

/** The library leaves the local part out also where the clause has one (`==2.9.0+cu128`), where PEP 440 compares it. */
function allowedBy(clause: string, version: string): boolean {
  const [, operator, wanted] = /^(==|!=)\s*(\S+\+\S+)$/.exec(clause) ?? [];
  if (wanted === undefined) return satisfies(version, clause, { prereleases: true });
  return (order(version, wanted) === 0) === (operator === "==");
}

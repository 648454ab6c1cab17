import type { PackageId } from "./events.ts";

/** Finds the package that a hash (or the beginning of one) belongs to, in the lock that is installed. */
export type FindPackage = (hash: string) => PackageId | undefined;

/** A package of Spack's messages, `<name>-<version>-<hash>`; undefined for other text. */
export function parsePackageId(text: string, find: FindPackage): PackageId | undefined {
  const match = /^(.+)-([a-z2-7]{32})$/.exec(text);
  if (match === null) return undefined;
  const [, rest = "", hash = ""] = match;
  return find(hash) ?? guess(rest, hash);
}

/** The package that a text (a stage's or prefix's path, a message) names by its full hash. */
export function packageIn(text: string, find: FindPackage): PackageId | undefined {
  for (const [named = ""] of text.matchAll(/[A-Za-z0-9][A-Za-z0-9_.+~=-]*-[a-z2-7]{32}(?![A-Za-z0-9])/g)) {
    const found = parsePackageId(named.replace(/^spack-stage-/, ""), find);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Both name and version may hold dashes; versions begin with a digit, or are one of a few names of branches. */
function guess(rest: string, hash: string): PackageId | undefined {
  const match = /^(.+?)-(\d.*|develop.*|main|master|git\..*|head|trunk|stable)$/.exec(rest);
  return match === null ? undefined : { name: match[1] ?? "", version: match[2] ?? "", hash };
}

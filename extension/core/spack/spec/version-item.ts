import { SpecValueError } from "./spec-errors.ts";
import { compareText } from "./text-order.ts";
import {
  compareVersions,
  formatStandardVersion,
  newestVersion,
  nextVersion,
  oldestVersion,
  parseStandardVersion,
  previousVersion,
  type StandardVersion,
  standardVersionKey,
} from "./version.ts";

/** `git.main`, `git.main=1.2`, or a bare commit: a state of a repository, and the version it counts as where that is given. */
interface GitVersion {
  readonly kind: "git";
  readonly ref: string;
  /** Whether it was written with `git.` in front. */
  readonly prefixed: boolean;
  /** Undefined when Spack would ask the repository itself. */
  readonly version: StandardVersion | undefined;
}

/** From `low` on, up to but without `high`: `1.2:1.4` ends before 1.5. */
export interface VersionRange {
  readonly kind: "range";
  readonly low: StandardVersion;
  readonly high: StandardVersion;
}

/** One entry of a version list. */
export type VersionItem = StandardVersion | GitVersion | VersionRange;

/** Reads one entry of a version list, without the `@`. Throws SpecValueError. */
export function parseVersionItem(text: string): VersionItem {
  const colon = text.indexOf(":");
  if (colon >= 0) {
    if (text.includes(":", colon + 1))
      throw new SpecValueError("a range has one colon", "a version or a comma");
    const low = colon === 0 ? oldestVersion : parseStandardVersion(text.slice(0, colon));
    const high = colon === text.length - 1 ? newestVersion : parseStandardVersion(text.slice(colon + 1));
    return versionRange(low, high, text);
  }
  const exact = text.startsWith("=");
  const bare = exact ? text.slice(1) : text;
  if (isGitVersion(bare)) return parseGitVersion(bare);
  const version = parseStandardVersion(bare);
  return exact ? version : versionRange(version, version, text);
}

export function formatVersionItem(item: VersionItem): string {
  switch (item.kind) {
    case "version":
      return `=${formatStandardVersion(item)}`;
    case "git": {
      const ref = item.prefixed ? `git.${item.ref}` : item.ref;
      return item.version === undefined ? ref : `${ref}=${formatStandardVersion(item.version)}`;
    }
    case "range":
      return formatRange(item);
  }
}

/** Equal for equal items and for no others. */
export function versionItemKey(item: VersionItem): string {
  switch (item.kind) {
    case "version":
      return `=${standardVersionKey(item)}`;
    case "git":
      return `git ${item.ref}=${item.version === undefined ? "" : standardVersionKey(item.version)}`;
    case "range":
      return `${standardVersionKey(item.low)}:${standardVersionKey(item.high)}`;
  }
}

/** Spack's order inside a version list, where ranges and versions are mixed. */
export function precedes(a: VersionItem, b: VersionItem): boolean {
  if (a.kind === "range") {
    if (b.kind === "range") return (compareVersions(a.low, b.low) || compareVersions(a.high, b.high)) < 0;
    return compareVersions(counted(b), a.low) > 0;
  }
  if (b.kind === "range") return compareVersions(counted(a), b.low) <= 0;
  const order = compareVersions(counted(a), counted(b));
  if (a.kind === "git" && b.kind === "git") return (order || compareText(a.ref, b.ref)) < 0;
  return a.kind === "version" && b.kind === "git" ? order <= 0 : order < 0;
}

/** Whether some version is in both. */
export function itemsIntersect(a: VersionItem, b: VersionItem): boolean {
  if (a.kind === "range" && b.kind === "range")
    return compareVersions(a.low, b.high) < 0 && compareVersions(b.low, a.high) < 0;
  if (a.kind === "range") return b.kind !== "range" && isWithin(b, a);
  if (b.kind === "range") return isWithin(a, b);
  return a.kind === b.kind && versionItemKey(a) === versionItemKey(b);
}

/** Whether all versions of `a` are in `b`. */
export function itemSatisfies(a: VersionItem, b: VersionItem): boolean {
  if (a.kind !== "range" || b.kind !== "range") return a.kind !== "range" && itemsIntersect(a, b);
  return compareVersions(a.low, b.low) >= 0 && compareVersions(b.high, a.high) >= 0;
}

/** What is in both; undefined for nothing. */
export function itemsIntersection(a: VersionItem, b: VersionItem): VersionItem | undefined {
  if (!itemsIntersect(a, b)) return undefined;
  if (a.kind !== "range") return a;
  if (b.kind !== "range") return b;
  const [low, high] = [later(a.low, b.low), earlier(a.high, b.high)];
  // 3:2 is a range to Spack, if one without versions.
  return compareVersions(low, high) < 0 ? { kind: "range", low, high } : undefined;
}

/** One range for both, where they overlap or touch; undefined where there is a gap. */
export function joinedRange(range: VersionRange, item: VersionItem): VersionRange | undefined {
  if (item.kind !== "range") return isWithin(item, range) ? range : undefined;
  if (compareVersions(range.low, item.high) > 0 || compareVersions(item.low, range.high) > 0)
    return undefined;
  return { kind: "range", low: earlier(range.low, item.low), high: later(range.high, item.high) };
}

function isGitVersion(text: string): boolean {
  return text.startsWith("git.") || /^[0-9a-fA-F]{40}$/.test(text) || text.includes("=", 1);
}

function parseGitVersion(text: string): GitVersion {
  const prefixed = text.startsWith("git.");
  const [ref = "", version, ...rest] = (prefixed ? text.slice(4) : text).split("=");
  if (rest.length > 0) throw new SpecValueError("a git version has one =", "git.REF=VERSION");
  return {
    kind: "git",
    ref,
    prefixed,
    version: version === undefined ? undefined : parseStandardVersion(version),
  };
}

function versionRange(low: StandardVersion, high: StandardVersion, text: string): VersionRange {
  const end = nextVersion(high);
  if (compareVersions(end, low) < 0)
    throw new SpecValueError(`the range ${text} is empty`, "the older version before the colon");
  return { kind: "range", low, high: end };
}

function formatRange({ low, high }: VersionRange): string {
  const last = previousVersion(high);
  const open = compareVersions(low, oldestVersion) === 0;
  if (!open && compareVersions(low, last) === 0) return formatStandardVersion(low);
  const end = compareVersions(last, newestVersion) === 0 ? "" : formatStandardVersion(last);
  return `${open ? "" : formatStandardVersion(low)}:${end}`;
}

/** What a single version counts as in comparisons. */
function counted(item: StandardVersion | GitVersion): StandardVersion {
  if (item.kind === "version") return item;
  if (item.version !== undefined) return item.version;
  throw new SpecValueError(
    `only the repository knows which version git.${item.ref} is`,
    `git.${item.ref}=VERSION, which names it`,
  );
}

/** A git reference of unknown version is in the range of all versions alone. */
function isWithin(item: StandardVersion | GitVersion, { low, high }: VersionRange): boolean {
  if (item.kind === "git" && item.version === undefined)
    return (
      compareVersions(low, oldestVersion) === 0 && compareVersions(previousVersion(high), newestVersion) === 0
    );
  const version = counted(item);
  return compareVersions(low, version) <= 0 && compareVersions(version, high) < 0;
}

function later(a: StandardVersion, b: StandardVersion): StandardVersion {
  return compareVersions(b, a) > 0 ? b : a;
}

function earlier(a: StandardVersion, b: StandardVersion): StandardVersion {
  return compareVersions(b, a) < 0 ? b : a;
}

import { compareVersions as compareStandard, parseStandardVersion } from "../spec/version.ts";

/**
 * How Spack orders the versions of concrete specs. Of one from git (`git.<ref>=<version>`) the version that it is like
 * counts first, and it is newer than that. Negative when `a` is the older one.
 */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [parse(a), parse(b)];
  return compareStandard(left.version, right.version) || compareText(left.ref, right.ref);
}

function parse(text: string) {
  const [, ref = "", like = text] = /^(?:git\.)?([^=]*)=(.+)$/.exec(text) ?? [];
  // A branch that is like no version may hold more than versions do.
  return { version: parseStandardVersion(like.replace(/[^A-Za-z0-9_.-]/g, "-")), ref };
}

/** Item by item; the shorter of two lists that begin alike comes first. */
export function compareLists<T>(a: readonly T[], b: readonly T[], compare: (a: T, b: T) => number): number {
  for (let index = 0; index < Math.min(a.length, b.length); index++) {
    const order = compare(a[index] as T, b[index] as T);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

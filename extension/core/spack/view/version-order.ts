/**
 * How Spack orders the versions of concrete specs: part by part, words before numbers before branch names (`develop` is
 * the newest), pre-releases before the release. Negative when `a` is the older one.
 */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [parse(a), parse(b)];
  return (
    compareLists(left.release, right.release, compareParts) ||
    compareLists(left.pre, right.pre, (x, y) => x - y) ||
    compareText(left.ref, right.ref)
  );
}

/** Names that stand for the newest state there is, oldest first. */
const branches = ["stable", "nightly", "trunk", "head", "master", "main", "develop"];
const stages = ["alpha", "beta", "rc", "final"];
const released = stages.indexOf("final");

type Part = { readonly rank: 0; readonly word: string } | { readonly rank: 1 | 2; readonly number: number };

interface Parsed {
  readonly release: readonly Part[];
  /** Stage, and number within the stage if there is one. */
  readonly pre: readonly number[];
  /** Of a version from git; it is newer than the release it is like. */
  readonly ref: string;
}

function parse(text: string): Parsed {
  const [, ref = "", like] = /^(?:git\.)?([^=]*)=(.+)$/.exec(text) ?? [];
  const parts = [...(like ?? text).matchAll(/(\d+)|([a-zA-Z]+)/g)].map(([part]) => part);
  const [beforeLast = "", last = ""] = parts.slice(-2);
  if (parts.length >= 3 && stages.includes(beforeLast) && /^\d/.test(last)) {
    return { release: parts.slice(0, -2).map(toPart), pre: [stages.indexOf(beforeLast), Number(last)], ref };
  }
  if (parts.length >= 2 && stages.includes(last)) {
    return { release: parts.slice(0, -1).map(toPart), pre: [stages.indexOf(last)], ref };
  }
  return { release: parts.map(toPart), pre: [released], ref };
}

function toPart(text: string): Part {
  if (/^\d/.test(text)) return { rank: 1, number: Number(text) };
  const branch = branches.indexOf(text);
  return branch < 0 ? { rank: 0, word: text } : { rank: 2, number: branch };
}

function compareParts(a: Part, b: Part): number {
  if (a.rank === 0 && b.rank === 0) return compareText(a.word, b.word);
  return a.rank !== 0 && b.rank !== 0 && a.rank === b.rank ? a.number - b.number : a.rank - b.rank;
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

import { SpecValueError } from "./spec-errors.ts";
import {
  formatVersionItem,
  itemSatisfies,
  itemsIntersect,
  itemsIntersection,
  joinedRange,
  parseVersionItem,
  precedes,
  type VersionItem,
  type VersionRange,
  versionItemKey,
} from "./version-item.ts";

/** What a spec allows: ordered, without overlaps, ranges that touch joined. */
export type VersionList = readonly VersionItem[];

/** All versions: what a spec without `@` allows. */
export const anyVersion: VersionList = [parseVersionItem(":")];
const anyVersionKey = versionListKey(anyVersion);

/** Reads `1.2:1.4,=1.6` (what follows the `@`). Throws SpecValueError. */
export function parseVersionList(text: string): VersionList {
  const list: VersionItem[] = [];
  for (const item of text.replaceAll(" ", "").split(",")) {
    if (item === "") throw new SpecValueError("a version is missing", "a version");
    addItem(list, parseVersionItem(item));
  }
  return list;
}

export function formatVersionList(list: VersionList): string {
  return list.map(formatVersionItem).join(",");
}

/** Equal for equal lists and for no others. */
export function versionListKey(list: VersionList): string {
  return list.map(versionItemKey).join(",");
}

export function isAnyVersion(list: VersionList): boolean {
  return list === anyVersion || versionListKey(list) === anyVersionKey;
}

/** Whether all versions of `a` are in `b`. */
export function versionsSatisfy(a: VersionList, b: VersionList): boolean {
  return b === anyVersion || a.every((left) => b.some((right) => itemSatisfies(left, right)));
}

/** Whether some version is in both. */
export function versionsIntersect(a: VersionList, b: VersionList): boolean {
  if (a === anyVersion || b === anyVersion) return a.length > 0 && b.length > 0;
  if (isUnordered(a) || isUnordered(b)) return a.some((x) => b.some((y) => itemsIntersect(x, y)));
  let left = 0;
  let right = 0;
  for (;;) {
    const [x, y] = [a[left], b[right]];
    if (x === undefined || y === undefined) return false;
    if (itemsIntersect(x, y)) return true;
    if (precedes(x, y)) left += 1;
    else right += 1;
  }
}

/** What is in both. */
export function versionsIntersection(a: VersionList, b: VersionList): VersionList {
  if (a === b) return a;
  if (isUnordered(a) || isUnordered(b))
    return a.flatMap((x) => b.flatMap((y) => itemsIntersection(x, y) ?? []));
  const result: VersionItem[] = [];
  const add = (item: VersionItem | undefined) => item !== undefined && addItem(result, item);
  for (const [left, right] of [
    [a, b],
    [b, a],
  ] as const) {
    for (const item of left) {
      const at = position(right, item);
      const [before, after] = [right[at - 1], right[at]];
      if (before !== undefined) add(itemsIntersection(before, item));
      if (after !== undefined) add(itemsIntersection(after, item));
    }
  }
  return result;
}

/** Whether it is a git reference of unknown version, which stands alone: it has no place among others. */
function isUnordered([first]: VersionList): boolean {
  return first?.kind === "git" && first.version === undefined;
}

function addItem(list: VersionItem[], item: VersionItem): void {
  const at = position(list, item);
  if (item.kind === "range") {
    insertRange(list, item, at);
    return;
  }
  const [before, after] = [list[at - 1], list[at]];
  const covered = [before, after].some((other) => other !== undefined && itemsIntersect(item, other));
  if (!covered) list.splice(at, 0, item);
}

function insertRange(list: VersionItem[], range: VersionRange, at: number): void {
  let joined = range;
  let from = at;
  let to = at;
  for (; from > 0; from -= 1) {
    const before = list[from - 1];
    const union = before && joinedRange(joined, before);
    if (union === undefined) break;
    joined = union;
  }
  for (; to < list.length; to += 1) {
    const after = list[to];
    const union = after && joinedRange(joined, after);
    if (union === undefined) break;
    joined = union;
  }
  list.splice(from, to - from, joined);
}

/** Where `item` belongs: the first entry that does not precede it, by bisection. */
function position(list: VersionList, item: VersionItem): number {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const entry = list[middle];
    if (entry !== undefined && precedes(entry, item)) low = middle + 1;
    else high = middle;
  }
  return low;
}

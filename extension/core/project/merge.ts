import type { KeyPath } from "./yaml-source.ts";

/** Plain data of the kind YAML and JSON give. */
export type Tree = { readonly [key: string]: unknown };

/** Tells a layer's origin for each value it decided. Called for every leaf, list and removal. */
type Decided = (path: KeyPath) => void;

/**
 * Lays `upper` over `lower`, the rules of `extends` and of the precedence of sources:
 * maps merge key by key; a list or scalar replaces; a list whose path is in `joined` is appended to the lower one
 * (duplicates dropped); null takes the lower value away.
 */
export function mergeTrees(
  lower: Tree,
  upper: Tree,
  joined: readonly string[],
  decided: Decided = () => {},
  at: KeyPath = [],
): Tree {
  const merged: Record<string, unknown> = { ...lower };
  for (const [key, value] of Object.entries(upper)) {
    const path = [...at, key];
    const below = Object.hasOwn(lower, key) ? lower[key] : undefined;
    if (isTree(value)) {
      decided(path);
      define(merged, key, mergeTrees(isTree(below) ? below : {}, value, joined, decided, path));
    } else if (value === null) {
      decided(path);
      delete merged[key];
    } else {
      decided(path);
      const append = Array.isArray(value) && Array.isArray(below) && joined.includes(path.join("."));
      define(merged, key, append ? withoutDuplicates([...below, ...value]) : value);
    }
  }
  return merged;
}

export function isTree(value: unknown): value is Tree {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Plain assignment would call the setter of a key named __proto__. */
function define(target: Record<string, unknown>, key: string, value: unknown): void {
  Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });
}

function withoutDuplicates(list: readonly unknown[]): unknown[] {
  const seen = new Set<string>();
  return list.filter((item) => {
    const key = JSON.stringify(item);
    return !seen.has(key) && seen.add(key);
  });
}

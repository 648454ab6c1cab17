import type { KeyPath } from "./yaml-source.ts";

/** Plain data of the kind YAML and JSON give. */
export type Tree = { readonly [key: string]: unknown };

/** One thing that the upper layer decided, with where it stands in the merged tree and in that layer. */
export interface Decision {
  readonly path: KeyPath;
  readonly own: KeyPath;
  /**
   * map: what is below is decided one by one. value: a scalar, list or removal; nothing of the lower layer is left below.
   * joined: a list after the lower layer's. item: one element of a list.
   */
  readonly kind: "map" | "value" | "joined" | "item";
}

type Decided = (decision: Decision) => void;

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
      decided({ path, own: path, kind: isTree(below) ? "map" : "value" });
      define(merged, key, mergeTrees(isTree(below) ? below : {}, value, joined, decided, path));
    } else if (value === null) {
      decided({ path, own: path, kind: "value" });
      delete merged[key];
    } else if (Array.isArray(value)) {
      const appended = Array.isArray(below) && joined.includes(path.join("."));
      decided({ path, own: path, kind: appended ? "joined" : "value" });
      define(merged, key, appended ? joinLists(below, value, decided, path) : value);
      if (!appended)
        for (const i of value.keys()) decided({ path: [...path, i], own: [...path, i], kind: "item" });
    } else {
      decided({ path, own: path, kind: "value" });
      define(merged, key, value);
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

/** The upper list after the lower, without what is there already. */
function joinLists(
  lower: readonly unknown[],
  upper: readonly unknown[],
  decided: Decided,
  at: KeyPath,
): unknown[] {
  const list = [...lower];
  const seen = new Set(lower.map((item) => JSON.stringify(item)));
  for (const [index, item] of upper.entries()) {
    const text = JSON.stringify(item);
    if (seen.has(text)) continue;
    seen.add(text);
    decided({ path: [...at, list.length], own: [...at, index], kind: "item" });
    list.push(item);
  }
  return list;
}

import type { KeyPath, Position } from "./yaml-source.ts";

/** Where a value comes from. */
export interface Origin {
  readonly kind: "default" | "file" | "environment" | "flag";
  /** For people: `sygaldry.yaml:12:3`, `environment BAZEL_VERSION`, `flag --gpu`, `default`. */
  readonly text: string;
  readonly file?: string;
  readonly position?: Position;
  /** Where in that file; the indexes of a joined list differ from those of the whole. */
  readonly path?: KeyPath;
}

/** The origin of `at`; inside a list that of the nearest enclosing value, for a list is decided as a whole. */
export function nearestOrigin(origins: ReadonlyMap<string, Origin>, at: KeyPath): Origin {
  for (let length = at.length; length > 0; length--) {
    const found = origins.get(at.slice(0, length).join("."));
    const inList = typeof at[length] === "number" || typeof at[length - 1] === "number";
    if (found !== undefined && (length === at.length || inList)) return found;
  }
  return { kind: "default", text: "default" };
}

import path from "node:path";
import type { ViewDescriptor } from "./descriptor.ts";

export interface OwnedView {
  /** The environment's folder at the site. */
  readonly environment: string;
  readonly descriptor: ViewDescriptor;
}

/** Views that destroy each other: whoever runs Spack last, even a concretize that changes nothing, has the view. */
export interface ViewConflict {
  /** `same`: one root for all of them. `nested`: the first one's root holds the others'. */
  readonly kind: "same" | "nested";
  readonly path: string;
  readonly views: readonly OwnedView[];
}

/** The conflicts among the views of several environments, or of one. Only paths are compared, nothing is read. */
export function viewConflicts(views: readonly OwnedView[]): readonly ViewConflict[] {
  const byPath = new Map<string, OwnedView[]>();
  for (const view of views) {
    const root = path.posix.normalize(view.descriptor.path).replace(/(.)\/+$/, "$1");
    const others = byPath.get(root);
    if (others === undefined) byPath.set(root, [view]);
    else others.push(view);
  }
  const roots = [...byPath.keys()].sort();
  const same = roots.flatMap((root): ViewConflict[] => {
    const owned = byPath.get(root) ?? [];
    return owned.length > 1 ? [{ kind: "same", path: root, views: owned }] : [];
  });
  const nested = roots.flatMap((root): ViewConflict[] => {
    const inside = roots.filter((other) => other !== root && other.startsWith(`${root}/`));
    if (inside.length === 0) return [];
    const owned = [root, ...inside].flatMap((each) => byPath.get(each) ?? []);
    return [{ kind: "nested", path: root, views: owned }];
  });
  return [...same, ...nested];
}

import { coversPackage, type TargetPattern } from "./pattern.ts";
import type { BazelWorkspace } from "./workspace.ts";

/**
 * The part of a workspace that is meant: packages of the pattern, with targets of these kinds (all when undefined; `*` in
 * one stands for any letters). Packages without such a target stay when something in them was not read.
 */
export function selectTargets(
  workspace: BazelWorkspace,
  pattern: TargetPattern,
  kinds?: readonly string[],
): BazelWorkspace {
  const matches = kindMatcher(kinds);
  const packages = workspace.packages
    .filter(({ label }) => pattern.repository !== undefined || coversPackage(pattern, label))
    .map((one) => ({
      ...one,
      targets: one.targets.filter(
        ({ name, kind }) => matches(kind) && (pattern.name === undefined || name === pattern.name),
      ),
    }))
    .filter(({ targets, unread, problems }) => targets.length + unread.length + problems.length > 0);
  return { ...workspace, packages };
}

/** Whether a kind is one of these (`*` stands for any letters); all are when there are none. */
export function kindMatcher(kinds: readonly string[] | undefined): (kind: string) => boolean {
  if (kinds === undefined || kinds.length === 0) return () => true;
  const sources = kinds.map((kind) => kind.replace(/[\\^$.|?+()[\]{}]/g, "\\$&").replaceAll("*", ".*"));
  const pattern = new RegExp(`^(?:${sources.join("|")})$`);
  return (kind) => pattern.test(kind);
}

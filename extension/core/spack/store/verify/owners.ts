import type { Stats } from "node:fs";
import type { InstallManifest, ManifestEntry } from "./manifest.ts";

export interface OwnerRule {
  /** Whether owners differ from the record, all in the same way. */
  readonly renumbered: boolean;
  /** What is wrong with the owner or group of this one, if anything. */
  wrong(entry: ManifestEntry, stats: Stats): string | undefined;
}

/**
 * Numbers of users differ from machine to machine and in containers: what counts is that files that had one owner still
 * have one. The prefix shows what the recorded owner is called here; a tarball gives everything to who unpacks it.
 */
export function ownerRule(
  manifest: InstallManifest,
  tree: ReadonlyMap<string, Stats>,
  cached: boolean,
): OwnerRule {
  const recorded = manifest.entries.get("");
  const now = tree.get("");
  if (recorded === undefined || now === undefined) return { renumbered: false, wrong: () => undefined };
  const expected = (value: number | undefined, base: number | undefined, here: number) => {
    if (cached || value === base) return here;
    // Who another recorded owner is after a renumbering cannot be known.
    return base === here ? value : undefined;
  };
  return {
    renumbered: !cached && (recorded.owner !== now.uid || recorded.group !== now.gid),
    wrong: (entry, { uid, gid }) => {
      const owner = expected(entry.owner, recorded.owner, now.uid);
      if (owner !== undefined && owner !== uid) return `expected owner ${owner}, now ${uid}`;
      const group = expected(entry.group, recorded.group, now.gid);
      return group !== undefined && group !== gid && !cached
        ? `expected group ${group}, now ${gid}`
        : undefined;
    },
  };
}

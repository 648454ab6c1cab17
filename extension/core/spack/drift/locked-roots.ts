import { SygaldryError } from "../../base/errors.ts";
import type { SpackContext } from "../context/context.ts";
import type { Lockfile, LockNode } from "../lockfile/lockfile.ts";
import type { UserSpec } from "../manifest/expand.ts";
import type { Manifest } from "../manifest/manifest.ts";
import { parseOptions, ToolchainError } from "../manifest/toolchains.ts";
import { parseSpec } from "../spec/parse-spec.ts";
import { specKey } from "../spec/same-spec.ts";

/** What each user spec was solved to, by the rule that compareRoots has too; those the lock does not have are absent. */
export function lockedRoots(
  specs: readonly UserSpec[],
  lock: Lockfile,
  manifest: Manifest,
  context: SpackContext,
): ReadonlyMap<UserSpec, LockNode> {
  const options = parseOptions(manifest.toolchains, context);
  const byKey = new Map<string, LockNode>();
  for (const { spec, hash } of lock.roots) {
    const node = lock.nodes.get(hash);
    if (node === undefined) continue;
    try {
      const key = specKey(parseSpec(spec, options));
      if (!byKey.has(key)) byKey.set(key, node);
    } catch (error) {
      if (!(error instanceof SygaldryError) && !(error instanceof ToolchainError)) throw error;
    }
  }
  const found = new Map<UserSpec, LockNode>();
  for (const userSpec of specs) {
    const node = byKey.get(specKey(userSpec.spec));
    if (node !== undefined) found.set(userSpec, node);
  }
  return found;
}

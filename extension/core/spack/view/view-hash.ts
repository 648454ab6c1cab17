import { createHash } from "node:crypto";
import type { Lockfile, LockNode, SpecHash } from "../lockfile/lockfile.ts";
import { asciiJson, base32 } from "../lockfile/verify-hashes.ts";
import type { ViewDescriptor } from "./descriptor.ts";
import { compareNodes } from "./spec-order.ts";

/**
 * The name of the folder in `._<view>/` that Spack makes for these packages: base32 of the SHA-1 of the descriptor and
 * each package's hash and prefix, as compact JSON (Spack 0.20 to 1.2). `prefixOf` gives prefixes of the site.
 */
export function viewHash(
  descriptor: ViewDescriptor,
  nodes: readonly LockNode[],
  lock: Lockfile,
  prefixOf: (hash: SpecHash) => string,
): string {
  const specs = [...nodes].sort((a, b) => compareNodes(a, b, lock)).map(({ hash }) => [hash, prefixOf(hash)]);
  const content = asciiJson({ descriptor: describe(descriptor), specs });
  return base32(createHash("sha1").update(content).digest());
}

/** What Spack writes into an environment for the view, defaults left out but for the kind of link. */
function describe({ root, projections, select, exclude, link, linkType }: ViewDescriptor): object {
  return {
    root,
    ...(Object.keys(projections).length > 0 && { projections }),
    ...(select.length > 0 && { select }),
    ...(exclude.length > 0 && { exclude }),
    link_type: linkType,
    ...(link !== "all" && { link }),
  };
}

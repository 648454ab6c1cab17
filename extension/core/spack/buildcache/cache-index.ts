import { messageOf } from "../../base/errors.ts";
import { asObject, isJsonObject, ShapeError } from "../../base/json-fields.ts";
import type { SpecHash } from "../lockfile/lockfile.ts";
import { Unreachable } from "./http-client.ts";

/** In bytes; Node has no longer texts. Spack's public caches have indexes of some hundred megabytes. */
const largest = 500_000_000;

/**
 * The packages that a cache's index lists as being in it. The index is a store's database (versions 5 to 8) with
 * `in_buildcache` instead of `installed`: dependencies that are not in the cache are listed too.
 * Throws Unreachable when it is not an index.
 */
export function parseCacheIndex(content: Buffer, name: string): ReadonlySet<SpecHash> {
  if (content.length > largest) throw new Unreachable(`${name} is too large to be read`);
  try {
    const database = asObject(asObject(JSON.parse(content.toString("utf8")), "")["database"], "database");
    const installs = asObject(database["installs"], "database.installs");
    const there = new Set<SpecHash>();
    for (const [hash, entry] of Object.entries(installs)) {
      if (isJsonObject(entry) && entry["in_buildcache"] !== false) there.add(hash);
    }
    return there;
  } catch (error) {
    if (!(error instanceof ShapeError || error instanceof SyntaxError)) throw error;
    throw new Unreachable(`${name} is not an index of a build cache: ${messageOf(error)}`);
  }
}

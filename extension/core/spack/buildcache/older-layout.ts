import { createHash } from "node:crypto";
import type { SpecHash } from "../lockfile/lockfile.ts";
import type { Presence } from "./build-cache.ts";
import { parseCacheIndex } from "./cache-index.ts";
import { Unreachable } from "./http-client.ts";
import type { IndexStore } from "./index-store.ts";
import type { Transport } from "./transport.ts";

/**
 * What a cache of layout 2 (Spack 0.10 to 0.23: `build_cache/index.json`, and beside it `<arch>-<compiler>-<name>-<version>-<hash>
 * .spec.json`, with `.sig` when signed) holds; nothing when there is no such cache. A text says why that is unknown.
 * Its file names cannot be told from a lock of today, so that a web server is asked for the index alone.
 */
export async function olderLayoutHashes(
  {
    transport,
    store,
    signed,
  }: { readonly transport: Transport; readonly store: IndexStore; readonly signed: boolean },
  signal: AbortSignal | undefined,
): Promise<ReadonlyMap<SpecHash, Presence> | string> {
  try {
    const names = await transport.list("build_cache");
    if (names !== undefined) return fromNames(names, signed);
    const listed = await fetchIndex(transport, store, signal);
    return new Map([...(listed ?? [])].map((hash) => [hash, { state: "present", bytes: undefined }]));
  } catch (error) {
    if (!(error instanceof Unreachable)) throw error;
    return error.message;
  }
}

function fromNames(names: readonly string[], signed: boolean): ReadonlyMap<SpecHash, Presence> {
  const found = new Map<SpecHash, Presence>();
  for (const name of names) {
    const [, hash, signature] = /-([a-z2-7]{32})\.spec\.json(\.sig)?$/.exec(name) ?? [];
    if (hash === undefined) continue;
    const usable = !signed || signature !== undefined;
    if (usable) found.set(hash, { state: "present", bytes: undefined });
    else if (!found.has(hash)) found.set(hash, { state: "unsigned" });
  }
  return found;
}

async function fetchIndex(
  transport: Transport,
  store: IndexStore,
  signal: AbortSignal | undefined,
): Promise<ReadonlySet<SpecHash> | undefined> {
  const written = (await transport.read("build_cache/index.json.hash", signal))?.toString("utf8").trim();
  const known = written === undefined ? undefined : await store.get(written);
  if (known !== undefined) return known;
  const data = await transport.read("build_cache/index.json", signal);
  if (data === undefined) return undefined;
  const listed = parseCacheIndex(data, "build_cache/index.json");
  await store.put(createHash("sha256").update(data).digest("hex"), listed);
  return listed;
}

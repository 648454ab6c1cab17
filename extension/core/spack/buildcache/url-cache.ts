import { createHash } from "node:crypto";
import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { messageOf } from "../../base/errors.ts";
import { forEachParallel } from "../../base/parallel.ts";
import type { SpecHash } from "../lockfile/lockfile.ts";
import {
  type AskOptions,
  answerForAll,
  type CacheAnswer,
  type CachedPackage,
  type CacheIndex,
  type Presence,
  parallelQuestions,
} from "./build-cache.ts";
import { parseCacheIndex } from "./cache-index.ts";
import { parseCacheManifest } from "./cache-manifest.ts";
import { Unreachable } from "./http-client.ts";
import type { IndexStore } from "./index-store.ts";
import { olderLayoutHashes } from "./older-layout.ts";
import type { Transport } from "./transport.ts";

export interface UrlCacheContext {
  readonly transport: Transport;
  readonly store: IndexStore;
  /** Whether Spack would refuse packages without a signature. */
  readonly signed: boolean;
  /** Asking for each package is as cheap as for the index: in a folder. */
  readonly direct: boolean;
}

/**
 * What a cache of files holds: layout 3 (Spack 1.0: `v3/manifests`, `blobs`) and beside or instead of it layout 2
 * (`build_cache`), which Spack still reads. A package that the index lacks is looked for itself, as Spack does.
 */
export async function askUrlCache(
  packages: readonly CachedPackage[],
  { signal, details = false }: AskOptions,
  context: UrlCacheContext,
): Promise<CacheAnswer> {
  const { index, listed, useless } = await readIndex(context, signal);
  if (index.state === "unknown" && useless) return answerForAll(packages, index, index);
  const presence = new Map<SpecHash, Presence>();
  const believed = packages.filter(({ hash }) => !context.direct && !details && listed.has(hash));
  if (believed.length > 0 && (await asIndexed(believed, context, signal))) {
    for (const { hash } of believed) presence.set(hash, { state: "present", bytes: undefined });
  }
  await forEachParallel(
    packages.filter(({ hash }) => !presence.has(hash)),
    parallelQuestions,
    async (wanted) => {
      presence.set(wanted.hash, await lookFor(wanted, context, signal));
    },
  );
  const missing = packages.filter(({ hash }) => presence.get(hash)?.state === "absent");
  if (missing.length > 0) {
    const older = await olderLayoutHashes(context, signal);
    for (const { hash } of missing) {
      const found = typeof older === "string" ? undefined : older.get(hash);
      if (found !== undefined) presence.set(hash, found);
      else if (typeof older === "string") presence.set(hash, { state: "unknown", why: older });
    }
  }
  return { presence, index };
}

/** How many packages of an index are looked at to tell whether the cache is a signed one. */
const samples = 3;

/**
 * Whether what the index lists can be taken as there and usable. An index does not say what is signed; caches are signed
 * as a whole or not at all, so that a few packages tell.
 */
async function asIndexed(
  listed: readonly CachedPackage[],
  context: UrlCacheContext,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  if (!context.signed) return true;
  const looked = await Promise.all(listed.slice(0, samples).map((each) => lookFor(each, context, signal)));
  return looked.every(({ state }) => state === "present");
}

/** `<name>-<version>-<hash>`, with what does not belong into file names replaced. */
function fileName({ name, version, hash }: CachedPackage): string {
  return `${name}-${version}-${hash}`.replace(/[^A-Za-z0-9_+.-]/g, "_");
}

async function lookFor(
  wanted: CachedPackage,
  { transport, signed }: UrlCacheContext,
  signal: AbortSignal | undefined,
): Promise<Presence> {
  const file = `v3/manifests/spec/${wanted.name}/${fileName(wanted)}.spec.manifest.json`;
  try {
    const content = await transport.read(file, signal);
    if (content === undefined) return { state: "absent" };
    const manifest = parseCacheManifest(content.toString("utf8"), file);
    if (signed && !manifest.signed) return { state: "unsigned" };
    const archive = manifest.blobs.find(({ mediaType }) =>
      mediaType.startsWith("application/vnd.spack.install."),
    );
    return { state: "present", bytes: archive?.bytes };
  } catch (error) {
    if (!(error instanceof Unreachable)) throw error;
    return { state: "unknown", why: error.message };
  }
}

interface ReadIndex {
  readonly index: CacheIndex;
  readonly listed: ReadonlySet<SpecHash>;
  /** Nothing else need be asked. */
  readonly useless: boolean;
}

async function readIndex(context: UrlCacheContext, signal: AbortSignal | undefined): Promise<ReadIndex> {
  try {
    const listed = await fetchIndex(context, signal);
    if (listed === undefined) return { index: { state: "missing" }, listed: new Set(), useless: false };
    return { index: { state: "read", packages: listed.size }, listed, useless: false };
  } catch (error) {
    if (!(error instanceof Unreachable)) throw error;
    return { index: { state: "unknown", why: error.message }, listed: new Set(), useless: error.altogether };
  }
}

const indexManifest = "v3/manifests/index/index.manifest.json";

/** The manifest names the index by checksum. While a push replaces both, the second attempt finds the new pair. */
async function fetchIndex(
  { transport, store }: Pick<UrlCacheContext, "transport" | "store">,
  signal: AbortSignal | undefined,
  attempt = 1,
): Promise<ReadonlySet<SpecHash> | undefined> {
  const content = await transport.read(indexManifest, signal);
  if (content === undefined) return undefined;
  const manifest = parseCacheManifest(content.toString("utf8"), indexManifest);
  const blob = manifest.blobs.find(({ mediaType }) =>
    /^application\/vnd\.spack\.db\.v\d+\+json$/.test(mediaType),
  );
  if (blob === undefined) throw new Unreachable(`${indexManifest} names no index`);
  const known = await store.get(blob.checksum);
  if (known !== undefined) return known;
  const { algorithm, checksum, compression } = blob;
  if (!/^[a-z0-9]+$/.test(algorithm) || !/^[0-9a-f]{2,128}$/.test(checksum)) {
    throw new Unreachable(`${indexManifest} names its index by something that is no checksum`);
  }
  const file = `blobs/${algorithm}/${checksum.slice(0, 2)}/${checksum}`;
  const data = await transport.read(file, signal);
  const whole = data !== undefined && (algorithm !== "sha256" || sha256(data) === checksum);
  if (!whole) {
    if (attempt < 2) return fetchIndex({ transport, store }, signal, attempt + 1);
    throw new Unreachable(`the index ${file} ${data === undefined ? "is not there" : "is damaged"}`);
  }
  const listed = parseCacheIndex(compression === "gzip" ? await unzip(data, file) : data, file);
  await store.put(checksum, listed);
  return listed;
}

async function unzip(data: Buffer, name: string): Promise<Buffer> {
  try {
    return await promisify(gunzip)(data);
  } catch (error) {
    throw new Unreachable(`${name} cannot be unpacked: ${messageOf(error)}`);
  }
}

function sha256(data: Buffer): string {
  return createHash("sha256").update(data).digest("hex");
}

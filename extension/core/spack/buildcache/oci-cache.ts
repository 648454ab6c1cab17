import { createHash } from "node:crypto";
import { asArray, asNumber, asObject, asString, ShapeError } from "../../base/json-fields.ts";
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
import { type HttpClient, type HttpReply, Unreachable } from "./http-client.ts";
import type { IndexStore } from "./index-store.ts";
import { indexTag, type OciReference, packageTag } from "./oci-reference.ts";

export interface OciContext {
  readonly reference: OciReference;
  readonly client: HttpClient;
  readonly store: IndexStore;
}

const manifestTypes = [
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.docker.distribution.manifest.v2+json",
].join(", ");

/**
 * What a registry holds (OCI distribution 1.0): one image a package, tagged `<name>-<version>-<hash>.spack`. The list of
 * tags is the truth and one question; where it may not be had, each package is asked for. Packages there have no
 * signatures, and Spack demands none.
 */
export async function askOciCache(
  packages: readonly CachedPackage[],
  { signal, details = false }: AskOptions,
  context: OciContext,
): Promise<CacheAnswer> {
  const [index, tags] = await Promise.all([readIndex(context, signal), listTags(context, signal)]);
  if (typeof tags === "string") {
    const why = { state: "unknown", why: tags } as const;
    if (index.state === "unknown") return answerForAll(packages, why, index);
  }
  const presence = new Map<SpecHash, Presence>();
  await forEachParallel(packages, parallelQuestions, async (wanted) => {
    const tag = packageTag(wanted);
    if (typeof tags !== "string" && !tags.has(tag)) presence.set(wanted.hash, { state: "absent" });
    else if (typeof tags !== "string" && !details)
      presence.set(wanted.hash, { state: "present", bytes: undefined });
    else presence.set(wanted.hash, await lookFor(tag, context, signal));
  });
  return { presence, index };
}

/** All tags, page by page; or why they cannot be had. A repository that does not exist has none. */
async function listTags(
  { reference, client }: OciContext,
  signal: AbortSignal | undefined,
): Promise<ReadonlySet<string> | string> {
  const tags = new Set<string>();
  const seen = new Set<string>();
  let url: string | undefined = at(reference, "tags/list?n=1000");
  try {
    while (url !== undefined && !seen.has(url)) {
      seen.add(url);
      const reply: HttpReply = await client.get(url, { signal });
      if (reply.status !== 200) return tags;
      const listed = asObject(parse(reply.body, "the list of tags"), "");
      // Registries say null for none.
      for (const tag of asArray(listed["tags"] ?? [], "tags")) tags.add(asString(tag, "tags"));
      url = nextPage(reply, url);
    }
    return tags;
  } catch (error) {
    return reasonOf(error);
  }
}

/** RFC 8288; only pages of the same registry are followed. */
function nextPage({ headers }: HttpReply, current: string): string | undefined {
  const link = /<([^>]*)>\s*;[^,]*\brel="?next"?/i.exec(headers.get("link") ?? "")?.[1];
  if (link === undefined || !URL.canParse(link, current)) return undefined;
  const next = new URL(link, current);
  return next.origin === new URL(current).origin ? next.href : undefined;
}

async function lookFor(
  tag: string,
  { reference, client }: OciContext,
  signal: AbortSignal | undefined,
): Promise<Presence> {
  try {
    const reply = await client.get(at(reference, `manifests/${tag}`), { signal, accept: manifestTypes });
    if (reply.status !== 200) return { state: "absent" };
    // A package's image has its dependencies' layers below its own.
    const layer = layers(reply.body).at(-1);
    return { state: "present", bytes: layer?.bytes };
  } catch (error) {
    return { state: "unknown", why: reasonOf(error) };
  }
}

async function readIndex(context: OciContext, signal: AbortSignal | undefined): Promise<CacheIndex> {
  const { reference, client, store } = context;
  try {
    const reply = await client.get(at(reference, `manifests/${indexTag}`), { signal, accept: manifestTypes });
    if (reply.status !== 200) return { state: "missing" };
    const digest = layers(reply.body)[0]?.digest ?? "";
    const checksum = /^sha256:([0-9a-f]{64})$/.exec(digest)?.[1];
    if (checksum === undefined) throw new Unreachable(`${indexTag} names no index`);
    const known = await store.get(checksum);
    if (known !== undefined) return { state: "read", packages: known.size };
    const blob = await client.get(at(reference, `blobs/${digest}`), { signal });
    if (blob.status !== 200) throw new Unreachable(`the index ${digest} is not there`);
    if (createHash("sha256").update(blob.body).digest("hex") !== checksum) {
      throw new Unreachable(`the index ${digest} is damaged`);
    }
    const listed = parseCacheIndex(blob.body, indexTag);
    await store.put(checksum, listed);
    return { state: "read", packages: listed.size };
  } catch (error) {
    return { state: "unknown", why: reasonOf(error) };
  }
}

function layers(body: Buffer): readonly { readonly digest: string; readonly bytes: number }[] {
  const manifest = asObject(parse(body, "the manifest"), "");
  return asArray(manifest["layers"], "layers").map((item, index) => {
    const layer = asObject(item, `layers[${index}]`);
    return {
      digest: asString(layer["digest"], `layers[${index}].digest`),
      bytes: asNumber(layer["size"], `layers[${index}].size`),
    };
  });
}

function at({ origin, repository }: OciReference, what: string): string {
  return `${origin}/v2/${repository}/${what}`;
}

function parse(body: Buffer, what: string): unknown {
  try {
    return JSON.parse(body.toString("utf8"));
  } catch {
    throw new Unreachable(`${what} is not JSON: is there a registry at this address?`);
  }
}

/** Rethrows what is no failure of the cache. */
function reasonOf(error: unknown): string {
  if (error instanceof Unreachable) return error.message;
  if (error instanceof ShapeError) return `the registry's answer is not as it should be: ${error.message}`;
  throw error;
}

import { hash } from "node:crypto";
import type { JsonObject } from "../../base/json-fields.ts";
import type { LockNode, SpecHash } from "./lockfile.ts";
import type { LoadedLock } from "./read-lockfile.ts";

/** What re-computing the hashes of a lock's nodes says. */
export interface HashVerdict {
  /** How many nodes have the hash that their content gives. */
  readonly verified: number;
  /** Their content is not what Spack wrote. */
  readonly damaged: readonly LockNode[];
  /** Nothing can be said of these, and why. */
  readonly unverifiable: readonly { readonly node: LockNode; readonly why: string }[];
}

/**
 * Checks every node against its own hash, as Spack computes it: base32 of the SHA-1 of the node's compact JSON in the
 * file's order of keys, without `hash`. A dependency is part of the content by its hash, so what verifies here is whole
 * down to the leaves. Verified with Spack 1.1; nodes of older spec files that do not match are unverifiable, not damaged.
 */
export function verifyHashes({ lock, raw, text }: LoadedLock): HashVerdict {
  const damaged: LockNode[] = [];
  const unverifiable: { node: LockNode; why: string }[] = [];
  const written = compactNodes(text);
  for (const [key, node] of lock.nodes) {
    const content = written(key);
    if (content !== undefined && isHashOf(node, content)) continue;
    const json = raw(key) ?? {};
    if (matches(node, json)) continue;
    const why = whyUnverifiable(node, json);
    if (why === undefined) damaged.push(node);
    else unverifiable.push({ node, why });
  }
  return { verified: lock.nodes.size - damaged.length - unverifiable.length, damaged, unverifiable };
}

/**
 * Gives a node's content as it stands in a file that nobody laid out anew, which is what Spack hashed; undefined for another
 * layout. Asked for in the file's order it reads the text once. What comes of a wrong guess is another hash, no wrong answer.
 */
function compactNodes(text: string): (key: SpecHash) => string | undefined {
  let position = 0;
  return (key) => {
    const opening = `"${key}":{`;
    const start = text.indexOf(opening, position);
    if (start < 0) return undefined;
    const end = text.indexOf(`,"hash":"${key}"}`, start);
    if (end < 0) return undefined;
    position = end;
    return `${text.slice(start + opening.length - 1, end)}}`;
  };
}

function isHashOf(node: LockNode, content: string): boolean {
  if (sameHash(node, textHash(content))) return true;
  if (node.external === undefined) return false;
  // Spack hashes an external before it knows the repository that the recipe is from.
  return sameHash(node, textHash(content.replace(/,"namespace":"[^"]*"/, "")));
}

function matches(node: LockNode, json: JsonObject): boolean {
  const { hash: _own, ...content } = json;
  if (sameHash(node, specHash(content))) return true;
  if (node.external === undefined) return false;
  // Spack hashes an external before it knows the repository that the recipe is from.
  const { namespace: _namespace, ...anonymous } = content;
  return sameHash(node, specHash(anonymous));
}

/** A spliced node keeps the last seven characters of what it was built as, so that paths keep their length. */
function sameHash(node: LockNode, computed: SpecHash): boolean {
  if (node.buildSpecHash === undefined) return computed === node.hash;
  return node.hash === computed.slice(0, -7) + node.buildSpecHash.slice(-7);
}

function whyUnverifiable(node: LockNode, json: JsonObject): string | undefined {
  if (node.external !== undefined) return "external packages may be hashed before all is known of them";
  const annotations = json["annotations"];
  const version =
    typeof annotations === "object" && annotations !== null && "original_specfile_version" in annotations
      ? annotations.original_specfile_version
      : undefined;
  if (version === currentSpecfile) return undefined;
  return "it was solved by a Spack before 1.0, which hashed in other ways";
}

const currentSpecfile = 5;

function specHash(content: JsonObject): SpecHash {
  return textHash(asciiJson(content));
}

function textHash(content: string): SpecHash {
  return base32(hash("sha1", content, "buffer"));
}

/** JSON as Python writes it by default: characters beyond printable ASCII escaped. */
export function asciiJson(value: unknown): string {
  const json = JSON.stringify(value);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the range is ASCII without DEL
  return /^[\x00-\x7e]*$/.test(json)
    ? json
    : json.replace(/[\u007f-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

const alphabet = "abcdefghijklmnopqrstuvwxyz234567";

/** RFC 4648 base32 in lower case; 20 bytes give 32 characters, without padding. */
export function base32(bytes: Uint8Array): string {
  let text = "";
  let bits = 0;
  let pending = 0;
  for (const byte of bytes) {
    pending = (pending << 8) | byte;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += alphabet[(pending >> bits) & 31];
    }
    pending &= (1 << bits) - 1;
  }
  return bits > 0 ? text + alphabet[(pending << (5 - bits)) & 31] : text;
}

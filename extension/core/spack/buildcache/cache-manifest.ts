import { asArray, asNumber, asObject, asString, ShapeError } from "../../base/json-fields.ts";
import { Unreachable } from "./http-client.ts";

/** One file that a manifest of a build cache refers to. */
interface CacheBlob {
  readonly mediaType: string;
  readonly bytes: number;
  readonly compression: string;
  readonly algorithm: string;
  readonly checksum: string;
}

export interface CacheManifest {
  readonly blobs: readonly CacheBlob[];
  /** Whether it carries a signature; whose, and whether it is right, is for gpg to say. */
  readonly signed: boolean;
}

/** A manifest of the cache layout 3 (Spack 1.0), plain or signed in clear. Throws Unreachable when it is not one. */
export function parseCacheManifest(text: string, name: string): CacheManifest {
  const signed = text.startsWith("-----BEGIN PGP SIGNED MESSAGE-----");
  try {
    const document = asObject(JSON.parse(signed ? withoutSignature(text) : text), "");
    const version = asNumber(document["version"], "version");
    if (version !== 3)
      throw new Unreachable(`${name} has version ${version} of a cache's manifest; known is 3`);
    const blobs = asArray(document["data"], "data").map((item, index) => readBlob(item, `data[${index}]`));
    return { blobs, signed };
  } catch (error) {
    if (!(error instanceof ShapeError || error instanceof SyntaxError)) throw error;
    throw new Unreachable(`${name} is not a manifest of a build cache: ${error.message}`);
  }
}

function readBlob(item: unknown, at: string): CacheBlob {
  const blob = asObject(item, at);
  return {
    mediaType: asString(blob["mediaType"], `${at}.mediaType`),
    bytes: asNumber(blob["contentLength"], `${at}.contentLength`),
    compression: asString(blob["compression"] ?? "none", `${at}.compression`),
    algorithm: asString(blob["checksumAlgorithm"], `${at}.checksumAlgorithm`),
    checksum: asString(blob["checksum"], `${at}.checksum`),
  };
}

/** RFC 9580, section 7: headers end with an empty line, and a dash that begins a line is escaped by another. */
function withoutSignature(text: string): string {
  const body = /\r?\n\r?\n([\s\S]*?)\r?\n-----BEGIN PGP SIGNATURE-----/.exec(text)?.[1] ?? "";
  return body.replace(/^- /gm, "");
}

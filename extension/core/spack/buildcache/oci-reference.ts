import type { CachedPackage } from "./build-cache.ts";

/** Where in a registry a build cache is. */
export interface OciReference {
  /** `https://registry.example`, without a slash at the end. */
  readonly origin: string;
  /** Path of the repository, in lower case. */
  readonly repository: string;
}

/**
 * `oci://host/path` (encrypted) or `oci+http://host/path`; a first part that is no host name means Docker Hub, as with a
 * docker client. Undefined when it is neither.
 */
export function parseOciUrl(url: string): OciReference | undefined {
  const [, scheme, rest = ""] = /^(oci|oci\+http):\/\/(.+)$/.exec(url) ?? [];
  if (scheme === undefined) return undefined;
  const protocol = scheme === "oci" ? "https" : "http";
  // A tag or digest at the end names one image; the cache is the repository.
  const name = rest
    .replace(/@[a-z0-9+.:-]+$/i, "")
    .replace(/:[\w][\w.-]{0,127}$/, "")
    .replace(/\/+$/, "");
  const [first = "", ...parts] = name.split("/");
  const isHost =
    parts.length > 0 && (/[.:]/.test(first) || first === "localhost" || first !== first.toLowerCase());
  const host = isHost ? first : "index.docker.io";
  const repository = (isHost ? parts.join("/") : parts.length > 0 ? name : `library/${name}`).toLowerCase();
  if (!/^[a-z0-9]+(?:(?:[._]|__|-+|\/)[a-z0-9]+)*$/.test(repository)) return undefined;
  return { origin: `${protocol}://${host}`, repository };
}

/** The tag of the image that lists all others. */
export const indexTag = "index.spack";

/** The tag that Spack gives a package's image: with what is not allowed replaced, and cut in the middle when too long. */
export function packageTag({ name, version, hash }: CachedPackage): string {
  const tag = `${name}-${version}-${hash}.spack`.replace(/[^\w.-]/g, "_");
  return tag.length > 128 ? tag.slice(0, 64) + tag.slice(-64) : tag;
}

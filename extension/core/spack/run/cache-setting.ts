import { SygaldryError } from "../../base/errors.ts";

/** The build cache of a site: a folder there, or a URL of an OCI registry, a web server, S3. Nothing of it is signed. */
export interface CacheSetting {
  readonly url: string;
  /** Variables of the site that hold who asks and the password; undefined for a cache that anybody may use. */
  readonly access: { readonly user: string; readonly password: string } | undefined;
}

/** Names of the variables by which a site's cache is chosen: in sygaldry.yaml below `env`, the password as a secret. */
export const cacheVariables = {
  url: "SYGALDRY_SPACK_BUILDCACHE",
  user: "SYGALDRY_SPACK_BUILDCACHE_USER",
  password: "SYGALDRY_SPACK_BUILDCACHE_PASSWORD",
} as const;

/** A folder that the checkouts of a project share. */
export const defaultCache = "/opt/bazel_cache/spack_buildcache";

/** What the site's variables say; `fallback` where they name none. Throws SYG-USAGE for what Spack cannot take. */
export function cacheSetting(
  variables: Readonly<Record<string, string | undefined>>,
  fallback: string | undefined,
): CacheSetting | undefined {
  const url = variables[cacheVariables.url] || fallback;
  if (url === undefined) return undefined;
  if (/['"\s]/.test(url) || !/^(\/|[a-z][a-z0-9+.-]*:\/\/)/.test(url)) {
    throw new SygaldryError(
      "SYG-USAGE",
      // Its value is not shown: it may hold a password.
      `${cacheVariables.url} is neither an absolute path nor a URL`,
      {
        next: "Give it a folder such as /opt/bazel_cache/spack_buildcache, or a URL such as oci://registry.example/cache.",
      },
    );
  }
  const named = Boolean(variables[cacheVariables.user] && variables[cacheVariables.password]);
  return {
    url,
    access: named ? { user: cacheVariables.user, password: cacheVariables.password } : undefined,
  };
}

/** The name under which Spack gets the cache for one call. */
export const cacheMirror = "sygaldry";

/** Spack's arguments (`-c`) that make the cache a mirror for one call. */
export function cacheArguments({ url, access }: CacheSetting): readonly string[] {
  const settings = [
    `url:'${url}'`,
    "signed:false",
    ...(access === undefined
      ? []
      : [`access_pair:id_variable:${access.user}`, `access_pair:secret_variable:${access.password}`]),
  ];
  return settings.flatMap((setting) => ["--config", `mirrors:${cacheMirror}:${setting}`]);
}

/** What of a URL must not be shown: the password, and a user that stands alone (a token). */
export function urlSecrets(url: string): readonly string[] {
  const [, user = "", password] = /^[a-z][a-z0-9+.-]*:\/\/([^/@:\s]*)(?::([^/@\s]*))?@/i.exec(url) ?? [];
  const found = password === undefined ? user : password;
  return found === "" ? [] : [...new Set([found, decoded(found)])];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

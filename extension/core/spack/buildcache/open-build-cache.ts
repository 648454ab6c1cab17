import path from "node:path";
import { fileURLToPath } from "node:url";
import { redactor } from "../../base/redact.ts";
import { type PathTranslation, samePaths } from "../../site/paths.ts";
import { answerForAll, type BuildCache } from "./build-cache.ts";
import { httpClient } from "./http-client.ts";
import { type IndexStore, indexStore } from "./index-store.ts";
import type { Mirror } from "./mirror.ts";
import { askOciCache } from "./oci-cache.ts";
import { parseOciUrl } from "./oci-reference.ts";
import { folderTransport, webTransport } from "./transport.ts";
import { askUrlCache } from "./url-cache.ts";

export interface OpenCacheOptions {
  readonly paths?: PathTranslation;
  /** Folder of this process where indexes are remembered between runs. */
  readonly indexes?: string;
  /** Milliseconds for one request. */
  readonly timeout?: number;
  /** Milliseconds before a request is tried again. */
  readonly pause?: number;
}

/** A mirror, ready to be asked; nothing is read or sent yet. What it cannot be asked for, it answers with why. */
export function openBuildCache(mirror: Mirror, options: OpenCacheOptions = {}): BuildCache {
  const store = indexStore(options.indexes);
  const shown = redactor([])(withoutQuery(mirror.url));
  const opened = { name: mirror.name, url: shown };
  const scheme = /^([a-z0-9+]+):\/\//i.exec(mirror.url)?.[1]?.toLowerCase() ?? "file";
  if (scheme === "file") return { ...opened, ...fileCache(mirror, options.paths ?? samePaths, store) };
  const client = httpClient({
    credentials: mirror.credentials,
    eager: scheme === "http" || scheme === "https",
    ...(options.timeout !== undefined && { timeout: options.timeout }),
    ...(options.pause !== undefined && { pause: options.pause }),
  });
  if (scheme === "http" || scheme === "https") {
    const context = {
      transport: webTransport(mirror.url, client),
      store,
      signed: mirror.signed,
      direct: false,
    };
    return { ...opened, has: (packages, ask = {}) => askUrlCache(packages, ask, context) };
  }
  const reference = parseOciUrl(mirror.url);
  if (reference !== undefined) {
    const context = { reference, client, store };
    return { ...opened, has: (packages, ask = {}) => askOciCache(packages, ask, context) };
  }
  return { ...opened, ...unusable(`${shown} is of a kind that only Spack itself can ask`) };
}

/** A query may be a signature that opens the cache to whoever has it. */
function withoutQuery(url: string): string {
  return /^file:|^\//i.test(url) ? url : url.replace(/[?#].*$/s, "");
}

function fileCache(mirror: Mirror, paths: PathTranslation, store: IndexStore): Pick<BuildCache, "has"> {
  const folder = toPath(mirror.url);
  if (folder === undefined) return unusable(`${mirror.url} does not name a folder of this machine`);
  const transport = folderTransport(paths.local(folder));
  return {
    has: (packages, ask = {}) =>
      askUrlCache(packages, ask, { transport, store, signed: mirror.signed, direct: true }),
  };
}

/** A plain path is taken as it is. */
function toPath(url: string): string | undefined {
  if (!/^file:/i.test(url)) return path.isAbsolute(url) ? url : undefined;
  try {
    // Spack writes some with more slashes than the scheme has.
    return fileURLToPath(url.replace(/^file:\/{3,}/, "file:///"));
  } catch {
    return undefined;
  }
}

function unusable(why: string): Pick<BuildCache, "has"> {
  const state = { state: "unknown", why } as const;
  return { has: async (packages) => answerForAll(packages, state, state) };
}

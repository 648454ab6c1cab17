import path from "node:path";
import { pathToFileURL } from "node:url";
import type { SpackPython } from "../python-environment.ts";

type Variables = Readonly<Record<string, string | undefined>>;

/**
 * What makes uv know Spack's packages. Read by uv 0.12 and later; the reasons for each, and against others, are in
 * docs/adr/0010-uv-on-spack.md. `index` and `python` are paths of the site; `before` is what the site has set.
 */
export function uvSettings(index: string, python: SpackPython, before: Variables): Variables {
  return {
    UV_EXTRA_INDEX_URL: [indexUrl(index), ...foreignIndexes(before)].join(" "),
    UV_PYTHON_SEARCH_PATH: path.posix.join(python.prefix, "bin"),
    UV_PYTHON_PREFERENCE: "only-system",
    UV_PYTHON_DOWNLOADS: "never",
  };
}

/** The names of what `uvSettings` sets. */
export const settingNames = [
  "UV_EXTRA_INDEX_URL",
  "UV_PYTHON_SEARCH_PATH",
  "UV_PYTHON_PREFERENCE",
  "UV_PYTHON_DOWNLOADS",
] as const;

/** The interpreter for commands that make a project's environment. */
export function interpreter({ prefix, series }: SpackPython): string {
  return path.posix.join(prefix, "bin", `python${series}`);
}

function indexUrl(index: string): string {
  return pathToFileURL(index).href.replace(/\/$/, "");
}

/** Further indexes that the user has set; ours has this variable's own mark in its path. */
function foreignIndexes({ UV_EXTRA_INDEX_URL: urls = "" }: Variables): readonly string[] {
  return urls.split(/\s+/).filter((url) => url !== "" && !isStubIndex(url));
}

/** The last folder of every index of ours. */
export const indexName = "sygaldry-spack-index";

/** Whether a registry in uv.lock (a path, or a URL) is an index of ours, of whatever environment. */
export function isStubIndex(registry: string): boolean {
  return new RegExp(`(^|/)${indexName}/?$`).test(registry);
}

import { parse } from "yaml";
import { isJsonObject } from "../../../base/json-fields.ts";

/** What a build cache's tarball tells of the store that it was made in. */
export interface BuildInfo {
  /** The root of that store. */
  readonly storeRoot: string;
  readonly sbang: string | undefined;
  /** That store's prefixes, by hash: the package's own and those of what it links and runs with. */
  readonly prefixes: ReadonlyMap<string, string>;
  /** Paths relative to the prefix that Spack changes when it puts the package elsewhere. */
  readonly textFiles: ReadonlySet<string>;
  readonly binaries: ReadonlySet<string>;
  readonly links: ReadonlySet<string>;
}

/** `<prefix>/.spack/binary_distribution`, YAML of Spack 0.19 to 1.2. Undefined when it is not that. */
export function parseBuildInfo(text: string): BuildInfo | undefined {
  const value = parseQuietly(text);
  if (!isJsonObject(value) || typeof value["buildpath"] !== "string") return undefined;
  const list = (key: string) => new Set(Array.isArray(value[key]) ? value[key].map(String) : []);
  return {
    storeRoot: value["buildpath"],
    sbang: typeof value["sbang_install_path"] === "string" ? value["sbang_install_path"] : undefined,
    prefixes: prefixesIn(value["hash_to_prefix"], value["prefix_to_hash"]),
    textFiles: list("relocate_textfiles"),
    binaries: list("relocate_binaries"),
    links: list("relocate_links"),
  };
}

function parseQuietly(text: string): unknown {
  try {
    // Strings alone: a hash such as 12345 or a version-like path stays what it is.
    return parse(text, { schema: "failsafe", logLevel: "silent" });
  } catch {
    return undefined;
  }
}

/** Spack before 0.20 wrote the map the other way round. */
function prefixesIn(byHash: unknown, byPrefix: unknown): ReadonlyMap<string, string> {
  if (isJsonObject(byHash)) {
    return new Map(Object.entries(byHash).map(([hash, prefix]) => [hash, String(prefix)]));
  }
  if (!isJsonObject(byPrefix)) return new Map();
  return new Map(Object.entries(byPrefix).map(([prefix, hash]) => [String(hash), prefix]));
}

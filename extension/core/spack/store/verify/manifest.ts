import { isJsonObject, type JsonObject } from "../../../base/json-fields.ts";

/** One path of an install as it was when Spack finished it. */
export interface ManifestEntry {
  /** As lstat gives it, type bits included. */
  readonly mode: number;
  readonly owner: number | undefined;
  readonly group: number | undefined;
  /** Where a symbolic link points. */
  readonly link: string | undefined;
  /** SHA-1 of a file, upper-case base32. */
  readonly hash: string | undefined;
  readonly size: number | undefined;
  /** Seconds since the epoch. */
  readonly time: number | undefined;
}

export interface InstallManifest {
  /** The prefix that it was written for; another than today's after a relocation. */
  readonly root: string;
  /** By path relative to the root, `""` for the root itself. */
  readonly entries: ReadonlyMap<string, ManifestEntry>;
}

/**
 * `install_manifest.json`: absolute path → mode, owner, group, and for files hash, size and time, for links dest.
 * Undefined when it is not that. Its own prefix is the one path that all others lie below.
 */
export function parseManifest(value: JsonObject): InstallManifest | undefined {
  const root = Object.keys(value).reduce<string | undefined>(
    (shortest, file) => (shortest === undefined || file.length < shortest.length ? file : shortest),
    undefined,
  );
  if (root === undefined) return undefined;
  const entries = new Map<string, ManifestEntry>();
  for (const [file, raw] of Object.entries(value)) {
    const entry = toEntry(raw);
    if (entry === undefined || !(file === root || file.startsWith(`${root}/`))) return undefined;
    entries.set(file.slice(root.length + 1), entry);
  }
  return { root, entries };
}

function toEntry(value: unknown): ManifestEntry | undefined {
  if (!isJsonObject(value) || typeof value["mode"] !== "number") return undefined;
  const number = (key: string) => (typeof value[key] === "number" ? value[key] : undefined);
  const text = (key: string) => (typeof value[key] === "string" ? value[key] : undefined);
  return {
    mode: value["mode"],
    owner: number("owner"),
    group: number("group"),
    link: text("dest"),
    hash: text("hash"),
    size: number("size"),
    time: number("time"),
  };
}

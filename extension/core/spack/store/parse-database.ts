import { messageOf, SygaldryError } from "../../base/errors.ts";
import type { StoreDatabase, StoreRecord } from "./database.ts";
import {
  asObject,
  asString,
  type JsonObject,
  optionalFlag,
  optionalNumber,
  optionalString,
  step,
} from "./json-shape.ts";

/** Database versions whose records are laid out as here: 6 (Spack 0.18), 7 (0.22) and 8 (1.0). */
const knownVersions = [6, 7, 8];

/** Thrown, and caught by the reader, where the text may be half of a file that is being written. */
export class UnparsableDatabase extends Error {}

/**
 * The database in `text`. Throws UnparsableDatabase when it is not JSON, SYG-SPACK-STORE naming the file and the path
 * inside it when it is not a database, or one of an unknown version.
 */
export function parseDatabase(
  text: string,
  file: string,
): Pick<StoreDatabase, "version" | "records"> {
  const value = parse(text, file);
  // Spack writes and reads `null` as a database without records.
  if (value === null) return { version: 8, records: new Map() };
  const database = asObject(asObject(value, file, () => "the top level")["database"], file, () => ".database");
  const version = versionOf(database["version"], file);
  const installs = asObject(database["installs"], file, () => ".database.installs");
  const records = new Map<string, StoreRecord>();
  for (const hash of Object.keys(installs)) records.set(hash, toRecord(hash, installs[hash], file));
  return { version, records };
}

function parse(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new UnparsableDatabase(`${file} is not JSON: ${messageOf(cause)}`, { cause });
  }
}

function versionOf(value: unknown, file: string): number {
  const text = asString(value, file, () => ".database.version");
  const version = Number(text);
  if (knownVersions.includes(version)) return version;
  throw new SygaldryError(
    "SYG-SPACK-STORE",
    `${file} is a Spack database of version ${text}; this Sygaldry reads ${knownVersions.join(", ")}`,
    {
      next:
        version > 8
          ? "Update Sygaldry, or use the Spack that it was made for."
          : "Run `spack reindex` with a newer Spack to bring the database up to date.",
      data: { file, version: text },
    },
  );
}

function toRecord(hash: string, value: unknown, file: string): StoreRecord {
  const at = () => `.database.installs${step(hash)}`;
  const entry = asObject(value, file, at);
  const spec = asObject(entry["spec"], file, () => `${at()}.spec`);
  const external = spec["external"] !== undefined && spec["external"] !== null;
  return {
    hash,
    name: asString(spec["name"], file, () => `${at()}.spec.name`),
    version: asString(spec["version"], file, () => `${at()}.spec.version`),
    prefix: prefixOf(entry, file, at),
    installed: optionalFlag(entry["installed"], file, () => `${at()}.installed`),
    explicit: optionalFlag(entry["explicit"], file, () => `${at()}.explicit`),
    external,
    refCount: optionalNumber(entry["ref_count"], file, () => `${at()}.ref_count`) ?? 0,
    installedAt: optionalNumber(entry["installation_time"], file, () => `${at()}.installation_time`),
    deprecatedFor: optionalString(entry["deprecated_for"], file, () => `${at()}.deprecated_for`),
  };
}

/** Old databases hold the text "None" for externals without a path. */
function prefixOf(entry: JsonObject, file: string, at: () => string): string | undefined {
  const prefix = optionalString(entry["path"], file, () => `${at()}.path`);
  return prefix === "None" ? undefined : prefix;
}

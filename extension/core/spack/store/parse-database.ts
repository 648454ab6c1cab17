import { messageOf, SygaldryError } from "../../base/errors.ts";
import {
  asObject,
  asString,
  below,
  type JsonObject,
  optionalString,
  ShapeError,
} from "../../base/json-fields.ts";
import type { SpecHash } from "../lockfile/lockfile.ts";
import type { StoreDatabase, StoreRecord } from "./database.ts";

/** Database versions whose records are laid out as here: 6 (Spack 0.18), 7 (0.22) and 8 (1.0). */
const knownVersions = ["6", "7", "8"];

/** Thrown, and caught by the reader, where the text may be half of a file that is being written. */
export class UnparsableDatabase extends Error {}

/**
 * The database in `text`. Throws UnparsableDatabase when it is not JSON; SYG-SPACK-STORE, naming the file and the path
 * inside it, when it is not a database or one of an unknown version.
 */
export function parseDatabase(text: string, file: string): Pick<StoreDatabase, "version" | "records"> {
  const value = parseJson(text, file);
  // Spack writes and reads `null` as a database without records.
  if (value === null) return { version: 8, records: new Map() };
  try {
    const database = asObject(asObject(value, "")["database"], "database");
    const version = readVersion(database["version"], file);
    return { version, records: readRecords(asObject(database["installs"], "database.installs")) };
  } catch (error) {
    if (!(error instanceof ShapeError)) throw error;
    throw new SygaldryError("SYG-SPACK-STORE", `${file} is not a Spack database: ${error.message}`, {
      cause: error,
      next: "`spack reindex` makes it anew from what lies in the store.",
      data: { file, at: error.at },
    });
  }
}

function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const what = text.trim() === "" ? "it is empty" : messageOf(cause);
    throw new UnparsableDatabase(`${file} is not JSON: ${what}`, { cause });
  }
}

function readVersion(value: unknown, file: string): number {
  const version = asString(value, "database.version");
  if (knownVersions.includes(version)) return Number(version);
  throw new SygaldryError(
    "SYG-SPACK-STORE",
    `${file} is a Spack database of version ${version}; known are ${knownVersions.join(", ")}`,
    {
      next:
        Number(version) > 8
          ? "Update Sygaldry, or keep the store with the Spack that wrote it."
          : "Run `spack reindex` with a Spack of 0.18 or newer to bring the database up to date.",
      data: { file, version },
    },
  );
}

function readRecords(installs: JsonObject): ReadonlyMap<SpecHash, StoreRecord> {
  const records = new Map<SpecHash, StoreRecord>();
  for (const hash of Object.keys(installs)) {
    records.set(
      hash,
      below("database.installs", hash, () => readRecord(asObject(installs[hash], ""), hash)),
    );
  }
  return records;
}

function readRecord(entry: JsonObject, hash: SpecHash): StoreRecord {
  const spec = asObject(entry["spec"], "spec");
  const prefix = optionalString(entry["path"], "path");
  return {
    hash,
    name: asString(spec["name"], "spec.name"),
    version: asString(spec["version"], "spec.version"),
    // Old databases hold the text "None" for externals without a path.
    prefix: prefix === "None" ? undefined : prefix,
    installed: readFlag(entry, "installed"),
    explicit: readFlag(entry, "explicit"),
    external: (spec["external"] ?? null) !== null,
    refCount: readNumber(entry, "ref_count") ?? 0,
    installedAt: readNumber(entry, "installation_time"),
    deprecatedFor: optionalString(entry["deprecated_for"], "deprecated_for"),
  };
}

/** Absent counts as false, as Spack reads it. */
function readFlag(entry: JsonObject, key: string): boolean {
  const value = entry[key] ?? false;
  if (typeof value !== "boolean") throw new ShapeError(key, "true or false", value);
  return value;
}

function readNumber(entry: JsonObject, key: string): number | undefined {
  const value = entry[key] ?? undefined;
  if (value !== undefined && typeof value !== "number") throw new ShapeError(key, "a number", value);
  return value;
}

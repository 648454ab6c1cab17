import { constants } from "node:fs";
import { readFile } from "node:fs/promises";
import { messageOf, SygaldryError, systemCode } from "../../base/errors.ts";
import {
  asArray,
  asNumber,
  asObject,
  asString,
  isJsonObject,
  type JsonObject,
  optionalString,
  ShapeError,
} from "../../base/json-fields.ts";
import type { Lockfile, LockInclude, LockRoot } from "./lockfile.ts";
import { readNodes } from "./read-node.ts";

/** The lock and what it was read from: the text is what hashes are computed over. */
export interface LoadedLock {
  readonly file: string;
  readonly text: string;
  readonly lock: Lockfile;
  /** The JSON of a node as it stands in the file. The text is parsed once more for the first: few ever ask. */
  readonly raw: (hash: string) => JsonObject | undefined;
}

/**
 * Reads a `spack.lock`. Undefined when there is none.
 * Throws SYG-SPACK-LOCK when it cannot be read, is no lock, or has a version that is not known.
 */
export async function readLockfile(file: string, signal?: AbortSignal): Promise<LoadedLock | undefined> {
  let text: string;
  try {
    // Decoded at once: piece by piece, as readFile does it, takes as long as parsing.
    text = (await readFile(file, { flag: withoutWaiting, ...(signal && { signal }) })).toString("utf8");
  } catch (error) {
    if (systemCode(error) === "ENOENT" || systemCode(error) === "ENOTDIR") return undefined;
    if (signal?.aborted) throw new SygaldryError("SYG-CANCELLED", `reading ${file} was cancelled`);
    throw new SygaldryError("SYG-SPACK-LOCK", `${file} cannot be read: ${messageOf(error)}`, {
      cause: error,
      next: mayNotRead.includes(systemCode(error) ?? "") ? "Make it readable for this user." : remake,
    });
  }
  return parseLockfile(text, file);
}

/** A pipe without a writer would keep the process from ending, whatever the signal. */
const withoutWaiting = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

/** `file` is only named in errors. Throws SYG-SPACK-LOCK. */
export function parseLockfile(text: string, file: string): LoadedLock {
  const document = parseJson(text, file);
  try {
    return loadLock(asObject(document, ""), text, file);
  } catch (error) {
    if (!(error instanceof ShapeError)) throw error;
    throw new SygaldryError(
      "SYG-SPACK-LOCK",
      `${file} is not a lockfile that Spack wrote: ${error.message}`,
      {
        cause: error,
        next: remake,
        data: { file, at: error.at },
      },
    );
  }
}

const mayNotRead = ["EACCES", "EPERM"];

const remake = "Restore it from git, or run `sygaldry spack concretize` in its environment to make it anew.";

function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const where =
      text.trim() === "" ? "it is empty" : isCutOff(text) ? "it ends in the middle" : messageOf(cause);
    throw new SygaldryError("SYG-SPACK-LOCK", `${file} is not JSON: ${where}`, {
      cause,
      next: /^<{7} /m.test(text) ? "Resolve the merge conflict in it." : remake,
      data: { file },
    });
  }
}

/** Spack's locks end with a brace; Node's message for a cut one names a character that is not there. */
function isCutOff(text: string): boolean {
  return text.trimStart().startsWith("{") && !text.trimEnd().endsWith("}");
}

/** Spack 0.18 to 1.2; 1 to 3 (before 0.18) have other hashes, by which nothing can be found in a store of today. */
const knownVersions = [4, 5, 6, 7];

function loadLock(document: JsonObject, text: string, file: string): LoadedLock {
  const meta = asObject(document["_meta"], "_meta");
  const lockfileVersion = asNumber(meta["lockfile-version"], "_meta.lockfile-version");
  if (!knownVersions.includes(lockfileVersion)) refuseVersion(file, lockfileVersion);
  const includes = readIncludes(document["include_concrete"]);
  const raw = collectNodes(document, includes);
  const nodes = readNodes(raw);
  const roots = readRoots(document["roots"], "roots");
  for (const root of [...roots, ...includes.flatMap((include) => include.roots)]) {
    if (!nodes.has(root.hash)) {
      throw new ShapeError("roots", "a hash of concrete_specs", `${root.spec} /${root.hash}`);
    }
  }
  const specfile = meta["specfile-version"];
  return {
    file,
    text,
    raw: rawNodes(text),
    lock: {
      lockfileVersion,
      specfileVersion: typeof specfile === "number" ? specfile : undefined,
      spackVersion: spackVersion(document["spack"]),
      roots,
      nodes,
      includes: includes.map(({ path, roots, specs }) => ({ path, roots, hashes: [...specs.keys()] })),
    },
  };
}

/** Kept as text, a large lock costs the garbage collector nothing. */
function rawNodes(text: string): (hash: string) => JsonObject | undefined {
  let nodes: ReadonlyMap<string, JsonObject> | undefined;
  return (hash) => {
    if (nodes === undefined) {
      const document = asObject(JSON.parse(text), "");
      nodes = collectNodes(document, readIncludes(document["include_concrete"]));
    }
    return nodes.get(hash);
  };
}

function refuseVersion(file: string, version: number): never {
  const next =
    version > 7
      ? "Update Sygaldry, or solve the environment with a Spack of version 1.2 or older."
      : "Run `sygaldry spack concretize --force` to solve it anew; Spack before 0.18 wrote this format.";
  throw new SygaldryError(
    "SYG-SPACK-LOCK",
    `${file} has lockfile version ${version}; known are ${knownVersions.join(", ")}`,
    { next, data: { file, lockfileVersion: version } },
  );
}

function readRoots(value: unknown, at: string): readonly LockRoot[] {
  return asArray(value, at).map((item, index) => {
    const root = asObject(item, `${at}[${index}]`);
    return {
      hash: asString(root["hash"], `${at}[${index}].hash`),
      spec: asString(root["spec"], `${at}[${index}].spec`),
      group: optionalString(root["group"], `${at}[${index}].group`) ?? "default",
    };
  });
}

interface RawInclude extends Omit<LockInclude, "hashes"> {
  readonly specs: ReadonlyMap<string, JsonObject>;
}

/** An included environment may itself include others: all are given, as a flat list. */
function readIncludes(value: unknown, at = "include_concrete"): readonly RawInclude[] {
  if (value === undefined) return [];
  return Object.entries(asObject(value, at)).flatMap(([path, item]) => {
    const here = `${at}[${JSON.stringify(path)}]`;
    const include = asObject(item, here);
    const specs = specEntries(include["concrete_specs"] ?? {}, `${here}.concrete_specs`);
    return [
      { path, roots: readRoots(include["roots"], `${here}.roots`), specs },
      ...readIncludes(include["include_concrete"], `${here}.include_concrete`),
    ];
  });
}

function collectNodes(
  document: JsonObject,
  includes: readonly RawInclude[],
): ReadonlyMap<string, JsonObject> {
  const own = specEntries(document["concrete_specs"], "concrete_specs");
  if (includes.length === 0) return own;
  return new Map([...includes.flatMap(({ specs }) => [...specs]), ...own]);
}

function specEntries(value: unknown, at: string): ReadonlyMap<string, JsonObject> {
  return new Map(
    Object.entries(asObject(value, at)).map(([hash, node]) => [hash, asObject(node, `${at}.${hash}`)]),
  );
}

function spackVersion(value: unknown): string | undefined {
  if (!isJsonObject(value)) return undefined;
  const { version, commit } = value;
  if (typeof version !== "string") return undefined;
  return typeof commit === "string" ? `${version} (${commit.slice(0, 10)})` : version;
}

import { readdir, readFile, stat } from "node:fs/promises";
import path from "node:path";
import { messageOf, SygaldryError, systemCode } from "../../base/errors.ts";
import { isJsonObject } from "../../base/json-fields.ts";
import { type PathTranslation, samePaths } from "../../site/paths.ts";
import type { SpecHash } from "../lockfile/lockfile.ts";
import type { StoreDatabase } from "./database.ts";

/** A build that failed, as Spack marks it until it is tried again. */
export interface BuildFailure {
  readonly hash: SpecHash;
  readonly name: string;
  /** Undefined when the mark does not tell. */
  readonly version: string | undefined;
  /** Seconds since the epoch. */
  readonly at: number;
  /** The mark, as the site knows it. */
  readonly marker: string;
  readonly log: FailureLog;
}

/** The build's stage keeps the log until Spack cleans it, or something else cleans /tmp. Paths of the site. */
type FailureLog =
  | { readonly state: "there"; readonly stage: string; readonly files: readonly string[] }
  | { readonly state: "gone"; readonly looked: readonly string[] };

export interface FailureOptions {
  /** Where Spack builds (`config:build_stage` with its variables put in), first choice first; paths of the site. */
  readonly stages: readonly string[];
  readonly paths?: PathTranslation;
  readonly signal?: AbortSignal;
}

/**
 * The marks in `<root>/.spack-db/failures`, newest first. Spack takes a mark away when it builds the package again, and
 * leaves one behind after a later success elsewhere: see activeFailures. Throws SYG-SPACK-STORE when the folder is there and cannot be read.
 */
export async function readFailures(root: string, options: FailureOptions): Promise<readonly BuildFailure[]> {
  const paths = options.paths ?? samePaths;
  const folder = path.posix.join(root, ".spack-db", "failures");
  const names = await listMarkers(paths.local(folder));
  const failures = await Promise.all(
    names.map((name) => readFailure(path.posix.join(folder, name), name, { ...options, paths })),
  );
  options.signal?.throwIfAborted();
  return failures.flatMap((failure) => failure ?? []).sort((a, b) => b.at - a.at);
}

/** The failures of what the database does not have installed. */
export function activeFailures(
  failures: readonly BuildFailure[],
  database: StoreDatabase | undefined,
): readonly BuildFailure[] {
  return failures.filter(({ hash }) => database?.records.get(hash)?.installed !== true);
}

async function listMarkers(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (cause) {
    const code = systemCode(cause);
    if (code === "ENOENT" || code === "ENOTDIR") return [];
    throw new SygaldryError("SYG-SPACK-STORE", `${folder} cannot be read: ${messageOf(cause)}`, {
      cause,
      next: "Ask the store's owner for read permission, or run as a user who has it.",
    });
  }
}

/** `<name>-<hash>`, the text of a spec; a mark that vanishes meanwhile is none. */
async function readFailure(
  marker: string,
  file: string,
  { stages, paths }: FailureOptions & { readonly paths: PathTranslation },
): Promise<BuildFailure | undefined> {
  const [, name, hash] = /^(.+)-([a-z2-7]{32})$/.exec(file) ?? [];
  if (name === undefined || hash === undefined) return undefined;
  const local = paths.local(marker);
  const made = await stat(local).catch(() => undefined);
  if (made === undefined) return undefined;
  const version = await readVersion(local, hash);
  const log = await findLog(name, version, hash, stages, paths);
  return { hash, name, version, at: made.mtimeMs / 1000, marker, log };
}

async function readVersion(file: string, hash: SpecHash): Promise<string | undefined> {
  try {
    const value: unknown = JSON.parse(await readFile(file, "utf8"));
    const spec = isJsonObject(value) ? value["spec"] : undefined;
    const nodes: unknown = isJsonObject(spec) ? spec["nodes"] : undefined;
    const node = Array.isArray(nodes)
      ? nodes.find((each) => isJsonObject(each) && each["hash"] === hash)
      : undefined;
    return isJsonObject(node) && typeof node["version"] === "string" ? node["version"] : undefined;
  } catch {
    return undefined;
  }
}

/**
 * The stage's folder is `spack-stage-<name>-<version>-<hash>`; a build that died early left one log a phase. Spack puts
 * the user's name below a stage root that does not have it, so that folders one level down are looked into too.
 */
async function findLog(
  name: string,
  version: string | undefined,
  hash: SpecHash,
  stages: readonly string[],
  paths: PathTranslation,
): Promise<FailureLog> {
  const wanted = `spack-stage-${name}-${version}-${hash}`;
  const match = (entry: string) => entry === wanted || entry.endsWith(`-${hash}`);
  for (const root of stages) {
    const entries = await namesIn(root, paths);
    const below = entries
      .filter((entry) => !entry.startsWith("spack-stage-"))
      .map((entry) => path.posix.join(root, entry));
    for (const folder of [root, ...below]) {
      const stage = (folder === root ? entries : await namesIn(folder, paths)).find(match);
      const files = stage === undefined ? [] : await logsIn(path.posix.join(folder, stage), paths);
      if (stage !== undefined && files.length > 0) {
        return { state: "there", stage: path.posix.join(folder, stage), files };
      }
    }
  }
  return { state: "gone", looked: stages };
}

async function logsIn(stage: string, paths: PathTranslation): Promise<readonly string[]> {
  const files = await namesIn(stage, paths);
  const whole = files.filter((file) => file === "spack-build-out.txt");
  const phases = files.filter((file) => /^spack-build-\d+-.*-out\.txt$/.test(file)).sort();
  return (whole.length > 0 ? whole : phases).map((log) => path.posix.join(stage, log));
}

async function namesIn(folder: string, paths: PathTranslation): Promise<readonly string[]> {
  return readdir(paths.local(folder)).catch(() => []);
}

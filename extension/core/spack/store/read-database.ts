import { readFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { messageOf, SygaldryError, systemCode } from "../../base/errors.ts";
import { readTextIfExists } from "../../base/files.ts";
import { type PathTranslation, samePaths } from "../../site/paths.ts";
import type { StoreDatabase } from "./database.ts";
import { parseDatabase, UnparsableDatabase } from "./parse-database.ts";

export interface ReadStoreOptions {
  readonly signal?: AbortSignal;
  readonly paths?: PathTranslation;
}

/** Milliseconds before each further attempt; two seconds in all, longer than Spack takes to write its database. */
const pauses = [20, 50, 130, 300, 500, 1000];

/** What a network file system answers for a file that was replaced under the reader. */
const passing = ["ESTALE", "EBUSY", "EAGAIN", "EIO"];

/**
 * The database of the store at `root` (a path of the site), or undefined when it has none.
 * While another process writes it, the reader tries again; what it gives is always one whole state.
 * Throws SYG-SPACK-STORE: not readable, not JSON after about two seconds, of an unknown version, or malformed (with the
 * path inside the file).
 */
export async function readDatabase(
  root: string,
  { signal, paths = samePaths }: ReadStoreOptions = {},
): Promise<StoreDatabase | undefined> {
  const file = databaseFile(root, paths);
  for (let attempt = 0; ; attempt++) {
    signal?.throwIfAborted();
    const last = attempt === pauses.length;
    try {
      const before = await readVerifier(root, paths);
      const text = await readIndex(file, signal);
      if (text === undefined) return undefined;
      const verifier = await readVerifier(root, paths);
      const database = { root, file, verifier, ...parseDatabase(text, file) };
      if (before === verifier || last) return database;
    } catch (cause) {
      if (last || !mayPass(cause)) throw failure(cause, file);
    }
    await wait(pauses[attempt], undefined, { signal });
  }
}

/** The database's file as this process reaches it. Watch its folder: Spack replaces the file. */
export function databaseFile(root: string, paths: PathTranslation = samePaths): string {
  return path.join(paths.local(root), ".spack-db", "index.json");
}

/**
 * The file whose content changes with every write of the database: cheap to watch. It is written after the database,
 * so that who sees a new verifier reads a database at least as new.
 */
export function verifierFile(root: string, paths: PathTranslation = samePaths): string {
  return path.join(paths.local(root), ".spack-db", "index_verifier");
}

/** The verifier's text; undefined when there is none or it is just being written. */
export async function readVerifier(
  root: string,
  paths: PathTranslation = samePaths,
): Promise<string | undefined> {
  try {
    return (await readTextIfExists(verifierFile(root, paths)))?.trim() || undefined;
  } catch {
    return undefined;
  }
}

async function readIndex(file: string, signal: AbortSignal | undefined): Promise<string | undefined> {
  try {
    // Decoded at once: piece by piece, as readFile does it, takes as long as parsing.
    return (await readFile(file, signal === undefined ? {} : { signal })).toString("utf8");
  } catch (error) {
    if (systemCode(error) === "ENOENT" || systemCode(error) === "ENOTDIR") return undefined;
    throw error;
  }
}

function mayPass(error: unknown): boolean {
  return error instanceof UnparsableDatabase || passing.includes(systemCode(error) ?? "");
}

function failure(error: unknown, file: string): unknown {
  if (error instanceof UnparsableDatabase) {
    return new SygaldryError("SYG-SPACK-STORE", error.message, {
      cause: error.cause,
      next: "If no Spack is writing it, the database is damaged: `spack reindex` rebuilds it from the store.",
      data: { file },
    });
  }
  const code = systemCode(error);
  if (error instanceof SygaldryError || code === undefined || code === "ABORT_ERR") return error;
  return new SygaldryError("SYG-SPACK-STORE", `${file} cannot be read: ${messageOf(error)}`, {
    cause: error,
    next:
      code === "EACCES" || code === "EPERM"
        ? "Ask the store's owner for read permission, or run as a user who has it."
        : "Check that the store's file system is mounted and healthy.",
    data: { file, reason: code },
  });
}

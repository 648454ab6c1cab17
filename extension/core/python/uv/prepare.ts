import { mkdir, stat } from "node:fs/promises";
import path from "node:path";
import { readTextIfExists, sha256, writeAtomic } from "../../base/files.ts";
import { withLock } from "../../base/lock.ts";
import type { Log } from "../../base/log.ts";
import type { PathTranslation } from "../../site/paths.ts";
import type { PythonEnvironment, SpackPython } from "../python-environment.ts";
import { indexFailure, stubIndex, writeStubIndex } from "../stubs/stub-index.ts";
import { generator } from "../stubs/stub-wheel.ts";
import { indexName } from "./settings.ts";

/** Where the stubs of a view, or of an environment without one, are: a path that lasts, because uv.lock holds it. */
export function indexFolder(base: string, place: string): string {
  const name = path.posix.basename(place).replace(/[^A-Za-z0-9._-]/g, "_") || "environment";
  return path.posix.join(base, `${name}-${sha256(place).slice(0, 8)}`, indexName);
}

/** What an index is made from, beside the environment itself. */
export interface IndexKey {
  /** The version of this program. */
  readonly program: string;
  /** Where the view's link leads: Spack names that folder by a digest of what the view shows. */
  readonly generation: string | undefined;
  readonly lockDigest: string;
  /** The verifier of the store's database. */
  readonly store: string | undefined;
}

/** A text that changes with everything that an index is made from. */
export function indexState(key: IndexKey): string {
  return sha256(JSON.stringify([generator, process.platform, process.arch, key]));
}

export interface IndexPlace {
  /** At the site. */
  readonly folder: string;
  readonly paths: PathTranslation;
  readonly log: Log;
  readonly signal?: AbortSignal;
}

/** The environment's Python when the index in `folder` was made from this; then nothing else need be read. */
export async function currentIndex(
  state: string,
  { folder, paths }: Pick<IndexPlace, "folder" | "paths">,
): Promise<{ readonly python: SpackPython } | undefined> {
  try {
    const local = paths.local(folder);
    const [text] = await Promise.all([readTextIfExists(stateFile(local)), stat(local)]);
    const found = text === undefined ? undefined : (JSON.parse(text) as Partial<IndexRecord>);
    return found?.state === state && found.python != null ? { python: found.python } : undefined;
  } catch {
    // A file that another program made, or that may not be read, is no record: the index is made anew.
    return undefined;
  }
}

/** Our own file, read by the same program that wrote it: `state` holds its format. */
interface IndexRecord {
  readonly state: string;
  readonly python: SpackPython | null;
}

/** Makes the index right. Returns the files that changed. Throws SYG-FILE when the folder cannot be written. */
export async function updateIndex(
  environment: PythonEnvironment,
  state: string,
  { folder, paths, log, signal }: IndexPlace,
): Promise<readonly string[]> {
  const local = paths.local(folder);
  const options = { what: "sygaldry python", log, ...(signal === undefined ? {} : { signal }) };
  try {
    await mkdir(path.dirname(local), { recursive: true });
    return await withLock(`${local}.lock`, options, async () => {
      const changed = await writeStubIndex(local, stubIndex(environment));
      const record: IndexRecord = { state, python: environment.python ?? null };
      await writeAtomic(stateFile(local), `${JSON.stringify(record)}\n`);
      return changed;
    });
  } catch (error) {
    signal?.throwIfAborted();
    throw error instanceof Error && "next" in error ? error : indexFailure(local, error);
  }
}

/** Beside the index, for uv takes all that is in it for projects. */
function stateFile(folder: string): string {
  return path.join(path.dirname(folder), "state");
}

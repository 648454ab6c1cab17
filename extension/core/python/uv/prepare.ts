import { mkdir } from "node:fs/promises";
import path from "node:path";
import { sha256, writeAtomic } from "../../base/files.ts";
import { withLock } from "../../base/lock.ts";
import type { Log } from "../../base/log.ts";
import type { PathTranslation } from "../../site/paths.ts";
import type { PythonEnvironment } from "../python-environment.ts";
import { indexFailure, readIndexState, stubIndex, stubTag, writeStubIndex } from "../stubs/stub-index.ts";
import { generator } from "../stubs/stub-wheel.ts";
import { indexName } from "./settings.ts";

/** Where the stubs of a view, or of an environment without one, are: a path that lasts, because uv.lock holds it. */
export function indexFolder(base: string, place: string): string {
  const name = path.posix.basename(place).replace(/[^A-Za-z0-9._-]/g, "_") || "environment";
  return path.posix.join(base, `${name}-${sha256(place).slice(0, 8)}`, indexName);
}

/** What an index is made from, beside the environment itself. */
export interface IndexKey {
  /** Where the view's link leads: Spack names that folder by a digest of what the view shows. */
  readonly generation: string | undefined;
  readonly lockDigest: string;
  /** The verifier of the store's database. */
  readonly store: string | undefined;
  readonly pythonSeries: string | undefined;
}

/** A text that changes with everything that an index is made from. The first part is this program's own format. */
export function indexState(key: IndexKey): string {
  return sha256(JSON.stringify([1, generator, stubTag(key.pythonSeries ?? "3"), key]));
}

export interface IndexPlace {
  /** At the site. */
  readonly folder: string;
  readonly paths: PathTranslation;
  readonly log: Log;
  readonly signal?: AbortSignal;
}

/** Whether the index in `folder` was made from this; then nothing need be read. */
export async function isIndexCurrent(state: string, { folder, paths }: Pick<IndexPlace, "folder" | "paths">) {
  return (await readIndexState(stateFile(paths.local(folder))).catch(() => undefined)) === state;
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
      await writeAtomic(stateFile(local), `${state}\n`);
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

import path from "node:path";
import { isCancellation, messageOf } from "../../base/errors.ts";
import type { Log } from "../../base/log.ts";
import {
  readSolveRecord,
  recordAfterSolve,
  solveRecordFile,
  writeSolveRecord,
} from "../drift/solve-record.ts";
import { type EnvironmentFolder, lockName, manifestName } from "../find-environments.ts";
import { readLockfile } from "../lockfile/read-lockfile.ts";
import { readManifest } from "../manifest/manifest.ts";
import type { SpackSite } from "./read-environment.ts";

export interface SolveOptions {
  readonly site: SpackSite;
  /** Nothing of the lock before is kept. */
  readonly forced: boolean;
  readonly log: Log;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Runs `solve`, and records beside the lock what it was solved with, so that a later edit of that is noticed (ADR 7).
 * Throws SYG-SPACK-MANIFEST before it starts, and what `solve` throws; a record that cannot be written is a warning.
 */
export async function recordingSolve<T>(
  { folder }: EnvironmentFolder,
  { site: { context }, forced, log, signal }: SolveOptions,
  solve: () => Promise<T>,
): Promise<T> {
  const options = { context, ...(signal && { signal }) };
  const manifest = await readManifest(path.join(folder, manifestName), options);
  const lockFile = path.join(folder, lockName);
  // A lock that cannot be read is replaced by the solve, or makes Spack fail with a reason of its own.
  const before = await readLockfile(lockFile, signal).catch((error: unknown) => {
    if (isCancellation(error)) throw error;
    return undefined;
  });
  const result = await solve();
  try {
    const after = await readLockfile(lockFile, signal);
    if (after === undefined) return result;
    const record = await readSolveRecord(solveRecordFile(folder), signal);
    const fresh = recordAfterSolve({
      manifest,
      lock: after.lock,
      forced,
      before: before && {
        lock: before.lock,
        record: typeof record === "string" ? undefined : record,
      },
    });
    if (fresh !== undefined) await writeSolveRecord(folder, fresh);
  } catch (error) {
    if (isCancellation(error)) throw error;
    log.warn(`what ${folder} was solved with could not be recorded: ${messageOf(error)}`);
  }
  return result;
}

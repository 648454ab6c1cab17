import { stat } from "node:fs/promises";
import path from "node:path";
import { SygaldryError } from "../../base/errors.ts";
import { gitCommand } from "../../base/git.ts";
import type { ProcessRunner } from "../../base/process.ts";
import { shellQuote } from "../../base/shell.ts";
import { lockName, manifestName } from "../find-environments.ts";
import { type LoadedLock, parseLockfile, readLockfile } from "../lockfile/read-lockfile.ts";

export interface SourceOptions {
  readonly runner: ProcessRunner;
  /** What relative paths count from. */
  readonly cwd: string;
  readonly signal?: AbortSignal | undefined;
}

/**
 * The lock of a lock file, of an environment's folder, or as it was at a commit: `REVISION:PATH`, as git names it, where PATH
 * counts from `cwd`. Throws SYG-SPACK-LOCK when there is none or it is no lock.
 */
export async function lockFrom(source: string, options: SourceOptions): Promise<LoadedLock> {
  const place = path.resolve(options.cwd, source);
  const found = await stat(place).catch(() => undefined);
  const [, revision, file] = /^([^:]+):(.*)$/s.exec(source) ?? [];
  if (found === undefined && revision !== undefined && file !== undefined) {
    return lockAtRevision(revision, path.resolve(options.cwd, file), options);
  }
  const lock = await readLockfile(lockFileOf(place, found?.isDirectory() ?? false), options.signal);
  if (lock !== undefined) return lock;
  throw new SygaldryError("SYG-SPACK-LOCK", `there is no lock at ${lockFileOf(place, true)}`, {
    next: "Name a spack.lock, a folder that has one, or REVISION:PATH of git.",
  });
}

function lockFileOf(place: string, folder: boolean): string {
  if (path.basename(place) === manifestName) return path.join(path.dirname(place), lockName);
  return folder && path.basename(place) !== lockName ? path.join(place, lockName) : place;
}

/** Reads `<file or folder>` as the repository had it at `revision`. */
export async function lockAtRevision(
  revision: string,
  place: string,
  { runner, signal }: SourceOptions,
): Promise<LoadedLock> {
  const isFolder = (await stat(place).catch(() => undefined))?.isDirectory() ?? !place.endsWith(".lock");
  const file = lockFileOf(place, isFolder);
  const folder = await existingFolder(path.dirname(file));
  const name = path.relative(folder, file).split(path.sep).join("/");
  const object = `${revision}:./${name}`;
  const shown = await runner.run(
    gitCommand(folder, ["show", "--end-of-options", object]),
    // Longer than any lock; the default keeps only the end of what is longer.
    { keep: 256 * 1024 * 1024, ...(signal === undefined ? {} : { signal }) },
  );
  if (shown.exitCode === 0) return parseLockfile(shown.stdout, `${revision}:${file}`);
  const [said = ""] = shown.stderr
    .trim()
    .replace(/^fatal: /, "")
    .split("\n");
  throw new SygaldryError("SYG-SPACK-LOCK", `git has no ${file} at ${revision}: ${said}`, {
    next: /^not a git repository/.test(said)
      ? "Name two locks to compare: `sygaldry spack diff BEFORE AFTER`."
      : `See \`git log -- ${shellQuote(name)}\` in ${folder} for the commits that have it.`,
  });
}

/** git must start in a folder that is there, though the lock's own may be gone since. */
async function existingFolder(folder: string): Promise<string> {
  if ((await stat(folder).catch(() => undefined))?.isDirectory()) return folder;
  return folder === path.dirname(folder) ? folder : existingFolder(path.dirname(folder));
}

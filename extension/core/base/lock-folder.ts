/**
 * A lock on the file system, without the kernel's help and so on shared file systems too.
 *
 * The lock is a folder that holds its holder's record, a file with a name used once. Who wants it renames a folder with a
 * record of its own over the lock, which the file system refuses unless the lock is absent or empty: so there is one holder,
 * and its record is never seen in part. A dead holder's record is removed by its name, so nobody can remove a living one's.
 */
import { randomBytes } from "node:crypto";
import {
  chmod,
  mkdir,
  readdir,
  readFile,
  rename,
  rm,
  rmdir,
  stat,
  unlink,
  writeFile,
} from "node:fs/promises";
import { uptime } from "node:os";
import path from "node:path";
import { messageOf, SygaldryError, systemCode } from "./errors.ts";
import { judgeHolder, type LockHolder } from "./lock-holder.ts";
import { formatHolder, parseHolder } from "./lock-record.ts";
import type { Log } from "./log.ts";

export interface Found {
  readonly record: string;
  /** Undefined when the record is no record: a crash of the whole machine can leave it empty. */
  readonly holder: LockHolder | undefined;
  readonly state: "alive" | "dead" | "elsewhere";
}

/** Undefined when nobody holds the lock. */
export async function look(file: string, self: LockHolder): Promise<Found | undefined> {
  try {
    const name = (await readdir(file)).find((entry) => entry.endsWith(recordEnding));
    if (name === undefined) return undefined;
    const record = path.join(file, name);
    const holder = parseHolder(await readFile(record, "utf8"));
    if (holder !== undefined) return { record, holder, state: await judgeHolder(holder, self) };
    const bootedAt = Date.now() - uptime() * 1000;
    return { record, holder, state: (await stat(record)).mtimeMs < bootedAt ? "dead" : "elsewhere" };
  } catch (error) {
    if (systemCode(error) === "ENOENT") return undefined;
    throw unusable(file, error);
  }
}

const recordEnding = ".holder.json";

/** Takes a free lock and gives its record's path; undefined when somebody else was faster. */
export async function take(file: string, self: LockHolder): Promise<string | undefined> {
  const token = `${self.pid}-${randomBytes(6).toString("hex")}`;
  const staged = `${file}.${token}`;
  const record = `${token}${recordEnding}`;
  try {
    await mkdir(path.dirname(file), { recursive: true });
    await mkdir(staged);
    await writeFile(path.join(staged, record), formatHolder({ ...self, since: new Date().toISOString() }));
    // Others who share the storage must be able to see who holds it, whatever the umask.
    await chmod(path.join(staged, record), 0o644);
    await chmod(staged, 0o755);
    if (!(await renameOver(staged, file))) return undefined;
  } catch (error) {
    throw unusable(file, error);
  } finally {
    await rm(staged, { recursive: true, force: true }).catch(() => {});
  }
  await sweep(file, self).catch(() => {});
  return path.join(file, record);
}

/** False when there is a record in the way. */
async function renameOver(staged: string, file: string): Promise<boolean> {
  try {
    await rename(staged, file);
    return true;
  } catch (error) {
    if (systemCode(error) === "ENOTEMPTY" || systemCode(error) === "EEXIST") return false;
    throw error;
  }
}

/** Removes what processes left that were killed between making their folder and renaming it. */
async function sweep(file: string, self: LockHolder): Promise<void> {
  const folder = path.dirname(file);
  const staged = (await readdir(folder)).filter(
    (name) => name.startsWith(`${path.basename(file)}.`) && /\.\d+-[0-9a-f]{12}$/.test(name),
  );
  for (const name of staged) {
    const left = path.join(folder, name);
    const found = await look(left, self);
    const old = Date.now() - (await stat(left)).mtimeMs > 24 * 60 * 60 * 1000;
    if (found?.state === "dead" || (found?.holder === undefined && old)) {
      await rm(left, { recursive: true, force: true });
    }
  }
}

export async function removeDead(file: string, { record }: Found): Promise<void> {
  try {
    await unlink(record);
  } catch (error) {
    if (systemCode(error) === "ENOENT") return;
    throw new SygaldryError(
      "SYG-LOCKED",
      `${file} was left by a process that has ended, and cannot be removed`,
      {
        cause: error,
        next: `Remove ${file} as its owner.`,
      },
    );
  }
}

export async function release(file: string, record: string, log: Log): Promise<void> {
  try {
    await unlink(record);
    await rmdir(file);
  } catch (error) {
    // Not there any more, or somebody else's already.
    if (["ENOENT", "ENOTEMPTY", "EEXIST"].includes(systemCode(error) ?? "")) return;
    log.warn(`the lock ${file} could not be released: ${messageOf(error)}; remove it`);
  }
}

function unusable(file: string, cause: unknown): SygaldryError {
  return new SygaldryError("SYG-FILE", `the lock ${file} cannot be used: ${messageOf(cause)}`, {
    cause,
    next: `Make ${path.dirname(file)} a folder that you may write to, on a disk with free space.`,
  });
}

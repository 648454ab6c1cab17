import { randomBytes } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, rmdir, stat, unlink, writeFile } from "node:fs/promises";
import { uptime } from "node:os";
import path from "node:path";
import { messageOf, SygaldryError, systemCode } from "./errors.ts";
import { type FileChanges, watchFile } from "./file-changes.ts";
import { formatHolder, judgeHolder, type LockHolder, parseHolder, thisProcess } from "./lock-holder.ts";
import type { Log } from "./log.ts";

export type { LockHolder } from "./lock-holder.ts";

export interface LockOptions {
  /** What the holder does, for those who wait: "sygaldry up". */
  readonly what: string;
  readonly log: Log;
  readonly signal?: AbortSignal | undefined;
  /** Begins the one line that tells who is waited for. */
  readonly waitMessage?: string;
  /** Called once, when waiting begins; undefined when the holder's record cannot be read. */
  readonly onWait?: (holder: LockHolder | undefined) => void;
  /** Milliseconds between looks at a lock; file events mostly come first. Default 1000. */
  readonly poll?: number;
}

/**
 * Runs `action` while this process, and within it this call alone, holds the lock `file`.
 *
 * The lock is a folder that holds its holder's record, a file with a name used once. A waiter renames a folder with its own
 * record over the lock, which the file system refuses unless the lock is absent or empty: so there is one holder, and its
 * record is never seen in part. A dead holder's record is removed by its name, so no waiter can remove a living one's.
 * A holder elsewhere (another machine or container) is never taken for dead.
 *
 * Waits as long as it takes; throws SYG-CANCELLED when `signal` fires first, SYG-FILE when the lock cannot be made, and
 * SYG-LOCKED when a dead holder's record cannot be removed.
 */
export async function withLock<T>(file: string, options: LockOptions, action: () => Promise<T>): Promise<T> {
  const record = await acquire(file, options);
  try {
    return await action();
  } finally {
    await release(file, record, options.log);
  }
}

/** Where the record of the lock that we hold lies. */
async function acquire(file: string, options: LockOptions): Promise<string> {
  const self = await thisProcess(options.what);
  let changes: FileChanges | undefined;
  let told = false;
  try {
    for (;;) {
      if (options.signal?.aborted)
        throw new SygaldryError("SYG-CANCELLED", `waiting for ${file} was cancelled`);
      const found = await look(file, self);
      if (found === undefined) {
        const record = await take(file, self);
        if (record !== undefined) return record;
      } else if (found.state === "dead") {
        await removeDead(file, found);
        continue;
      }
      // What happens between looking and watching is seen by looking once more.
      if (changes === undefined) {
        changes = watchFile(file, options.poll ?? 1000);
        continue;
      }
      if (found !== undefined && !told) {
        told = true;
        tell(file, found, options);
      }
      await changes.next(options.signal);
    }
  } finally {
    changes?.dispose();
  }
}

interface Found {
  readonly record: string;
  /** Undefined when the record is no record: a crash of the whole machine can leave it empty. */
  readonly holder: LockHolder | undefined;
  readonly state: "alive" | "dead" | "elsewhere";
}

async function look(file: string, self: LockHolder): Promise<Found | undefined> {
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

/** Undefined when somebody else was faster. */
async function take(file: string, self: LockHolder): Promise<string | undefined> {
  const token = `${self.pid}-${randomBytes(6).toString("hex")}`;
  const staged = `${file}.${token}`;
  const record = `${token}${recordEnding}`;
  try {
    await mkdir(path.dirname(file), { recursive: true });
    await mkdir(staged);
    await writeFile(path.join(staged, record), formatHolder({ ...self, since: new Date().toISOString() }));
    await rename(staged, file);
    return path.join(file, record);
  } catch (error) {
    await rm(staged, { recursive: true, force: true }).catch(() => {});
    if (systemCode(error) === "ENOTEMPTY" || systemCode(error) === "EEXIST") return undefined;
    throw unusable(file, error);
  }
}

async function removeDead(file: string, { record }: Found): Promise<void> {
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

async function release(file: string, record: string, log: Log): Promise<void> {
  try {
    await unlink(record);
    await rmdir(file);
  } catch (error) {
    // Not there any more, or somebody else's already.
    if (["ENOENT", "ENOTEMPTY", "EEXIST"].includes(systemCode(error) ?? "")) return;
    log.warn(`the lock ${file} could not be released: ${messageOf(error)}; remove it`);
  }
}

function tell(file: string, { holder, state }: Found, { log, onWait, waitMessage }: LockOptions): void {
  onWait?.(holder);
  const who =
    holder === undefined
      ? `whoever holds ${file}`
      : `${holder.what} (process ${holder.pid} on ${holder.host}, since ${holder.since})`;
  const line = `${waitMessage ?? "waiting for"} ${who}`;
  if (state === "alive") log.info(line);
  else log.warn(`${line}; whether it still runs cannot be told from here: if it does not, remove ${file}`);
}

function unusable(file: string, cause: unknown): SygaldryError {
  return new SygaldryError("SYG-FILE", `the lock ${file} cannot be used: ${messageOf(cause)}`, {
    cause,
    next: `Make ${path.dirname(file)} a folder that you may write to, on a disk with free space.`,
  });
}

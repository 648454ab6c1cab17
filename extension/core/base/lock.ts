import { SygaldryError } from "./errors.ts";
import { type FileChanges, watchFile } from "./file-changes.ts";
import { type Found, look, release, removeDead, take } from "./lock-folder.ts";
import { type LockHolder, thisProcess } from "./lock-holder.ts";
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
 * Runs `action` while this process, and within it this call alone, holds the lock `file` (see lock-folder.ts for how).
 * The lock of a dead process is taken over; a holder elsewhere (another machine or container) is never taken for dead.
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

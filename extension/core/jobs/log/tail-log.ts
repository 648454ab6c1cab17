import type { FileHandle } from "node:fs/promises";
import { SygaldryError } from "../../base/errors.ts";
import { type LogEvent, parseEvent } from "./event.ts";
import { type EventFilter, isBefore, isWanted } from "./event-filter.ts";
import { type LogPosition, logStart, openNewest, openPart } from "./log-parts.ts";
import { block, readRange } from "./read-range.ts";

export interface TailOptions extends EventFilter {
  /** How many of the last events; all when undefined. */
  readonly lines?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * The last events of the log `file` with its earlier parts, oldest first, and where its last whole line ends. Reads from the
 * end, so that the size does not matter; stops at the first event before `since`. What is no event (a line that a crash cut
 * off) is left out.
 */
export async function tailLog(
  file: string,
  { lines = Number.POSITIVE_INFINITY, signal, ...filter }: TailOptions = {},
): Promise<{ readonly events: readonly LogEvent[]; readonly end: LogPosition }> {
  const found: LogEvent[] = [];
  let enough = lines <= 0;
  const take = (line: string) => {
    if (enough) return false;
    const event = parseEvent(line);
    if (event === undefined) return true;
    if (isBefore(event, filter.since)) enough = true;
    else if (isWanted(event, filter)) enough = found.push(event) >= lines;
    return !enough;
  };
  const back = (handle: FileHandle) => readBack(handle, take, () => throwIfAborted(signal, file));
  const { newest, earlier } = await openNewest(file);
  let end: LogPosition = { ...logStart, part: (earlier.at(-1) ?? 0) + 1 };
  if (newest !== undefined) {
    end = { part: newest.part, inode: newest.inode, at: await closing(newest.handle, back) };
  }
  for (const part of earlier.toReversed()) {
    if (enough) break;
    const handle = await openPart(file, part);
    // The parts before it are gone as well then.
    if (handle === undefined) break;
    await closing(handle, back);
  }
  return { events: found.reverse(), end };
}

/**
 * Hands over the whole lines of a file, the last one first, until `take` wants no more; gives where the last one ends.
 * The end is looked for even when nothing is wanted.
 */
async function readBack(
  handle: FileHandle,
  take: (line: string) => boolean,
  check: () => void,
): Promise<number> {
  let position = (await handle.stat()).size;
  let end: number | undefined;
  let rest: Buffer = Buffer.alloc(0);
  while (position > 0) {
    check();
    const start = Math.max(0, position - block);
    let bytes = Buffer.concat([await readRange(handle, start, position), rest]);
    position = start;
    if (end === undefined) {
      const last = bytes.lastIndexOf(10);
      rest = bytes;
      if (last < 0) continue;
      end = start + last + 1;
      bytes = bytes.subarray(0, last + 1);
    }
    // The first line may have begun in the block before.
    const first = start === 0 ? 0 : bytes.indexOf(10) + 1;
    rest = bytes.subarray(0, first);
    const texts = bytes.toString("utf8", first).split("\n");
    for (const text of texts.reverse()) if (!take(text)) return end;
  }
  return end ?? 0;
}

async function closing<T>(handle: FileHandle, action: (handle: FileHandle) => Promise<T>): Promise<T> {
  try {
    return await action(handle);
  } finally {
    await handle.close();
  }
}

function throwIfAborted(signal: AbortSignal | undefined, file: string): void {
  if (signal?.aborted === true) throw new SygaldryError("SYG-CANCELLED", `reading ${file} was cancelled`);
}

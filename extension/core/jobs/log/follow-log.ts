import type { FileHandle } from "node:fs/promises";
import { watchFile } from "../../base/file-changes.ts";
import { type LogEvent, parseEvent } from "./event.ts";
import { type EventFilter, isBefore, isWanted } from "./event-filter.ts";
import { type LogPosition, type OpenPart, openNext, openSame } from "./log-parts.ts";
import { block, readRange } from "./read-range.ts";

export interface FollowOptions extends EventFilter {
  readonly onEvent: (event: LogEvent) => void;
  readonly isOver: () => Promise<boolean>;
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds. */
  readonly poll?: number;
}

/**
 * Hands on the events of the log `file` from `position` as they come, until `isOver` says so and nothing is left, or `signal`
 * fires (then it just returns). Waits for a log that is not there yet. However often the log goes on in a new file, no event
 * is left out or comes twice, as long as the parts in which they are were not removed before they were read.
 */
export async function followLog(file: string, position: LogPosition, options: FollowOptions): Promise<void> {
  const take = (event: LogEvent) => {
    if (isWanted(event, options) && !isBefore(event, options.since)) options.onEvent(event);
  };
  const changes = watchFile(file, options.poll ?? 250);
  // Open all the while, so that what was written into it can be read when it is renamed or removed.
  let opened: OpenPart | undefined;
  try {
    while (options.signal?.aborted !== true) {
      const over = await options.isOver();
      opened ??= (await openSame(file, position)) ?? (await openNext(file, position));
      if (opened !== undefined) opened = await readOn(file, opened, take);
      if (over) return;
      await changes.next().catch(() => {});
    }
  } finally {
    changes.dispose();
    await opened?.handle.close();
  }
}

/** Reads all that is there; gives the file that is written now, and up to where it was read. */
async function readOn(file: string, first: OpenPart, take: (event: LogEvent) => void): Promise<OpenPart> {
  let opened = first;
  for (;;) {
    // Looked for before the rest of this one is read: nothing is written into it once there is another.
    const next = await openNext(file, opened);
    const at = await readLines(opened.handle, opened.at, take);
    if (next === undefined) return { ...opened, at };
    await opened.handle.close();
    // Of a copy the rest.
    opened = next.part === opened.part ? { ...next, at } : next;
  }
}

/** Reads whole lines from `position`, or from the beginning of a file that is shorter; gives where they end. */
async function readLines(
  handle: FileHandle,
  position: number,
  take: (event: LogEvent) => void,
): Promise<number> {
  const { size } = await handle.stat();
  let at = size < position ? 0 : position;
  let length = block;
  while (at < size) {
    const bytes = await readRange(handle, at, Math.min(size, at + length));
    const end = bytes.lastIndexOf(10) + 1;
    if (end === 0) {
      if (bytes.length < length) break;
      length *= 2;
      continue;
    }
    for (const text of bytes.toString("utf8", 0, end).split("\n")) {
      const event = parseEvent(text);
      if (event !== undefined) take(event);
    }
    at += end;
    length = block;
  }
  return at;
}

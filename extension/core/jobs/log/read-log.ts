import { type FileHandle, open } from "node:fs/promises";
import { SygaldryError, systemCode } from "../../base/errors.ts";
import { watchFile } from "../../base/file-changes.ts";
import { type LogEvent, parseEvent } from "./event.ts";

/** Which events are wanted; all of those named must hold. */
export interface EventFilter {
  readonly events?: readonly string[];
  /** Milliseconds since 1970. */
  readonly since?: number;
}

export interface TailOptions extends EventFilter {
  /** How many of the last events; all when undefined. */
  readonly lines?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

const block = 256 * 1024;

/**
 * The last events of a log, oldest first, and where its last whole line ends. Reads from the end, so that the size does
 * not matter; stops at the first event before `since`. What is no event (a line that a crash cut off) is left out.
 */
export async function tailLog(
  file: string,
  { lines = Number.POSITIVE_INFINITY, signal, ...filter }: TailOptions = {},
): Promise<{ readonly events: readonly LogEvent[]; readonly end: number }> {
  const handle = await openLog(file);
  if (handle === undefined) return { events: [], end: 0 };
  try {
    const found: LogEvent[] = [];
    let position = (await handle.stat()).size;
    let end: number | undefined;
    let rest: Buffer = Buffer.alloc(0);
    while (position > 0 && found.length < lines) {
      throwIfAborted(signal, file);
      const start = Math.max(0, position - block);
      const bytes = Buffer.concat([await readRange(handle, start, position), rest]);
      if (end === undefined) {
        const last = bytes.lastIndexOf(10);
        if (last >= 0) end = start + last + 1;
      }
      const first = start === 0 ? 0 : bytes.indexOf(10) + 1;
      rest = first === 0 && start > 0 ? bytes : bytes.subarray(0, first);
      position = start;
      if (first === 0 && start > 0) continue;
      const texts = bytes.toString("utf8", first, (end ?? 0) <= start ? first : undefined).split("\n");
      for (let at = texts.length - 1; at >= 0 && found.length < lines; at--) {
        const event = parseEvent(texts[at] ?? "");
        if (event === undefined) continue;
        if (isBefore(event, filter.since)) return { events: found.reverse(), end: end ?? 0 };
        if (matches(event, filter)) found.push(event);
      }
    }
    return { events: found.reverse(), end: end ?? 0 };
  } finally {
    await handle.close();
  }
}

/**
 * Hands on the events from `position` (a line's beginning) as they come, until `isOver` says so and nothing is left, or
 * `signal` fires (then it just returns). Waits for a log that is not there yet.
 */
export async function followLog(
  file: string,
  position: number,
  options: EventFilter & {
    readonly onEvent: (event: LogEvent) => void;
    readonly isOver: () => Promise<boolean>;
    readonly signal?: AbortSignal | undefined;
    /** Milliseconds. */
    readonly poll?: number;
  },
): Promise<void> {
  const changes = watchFile(file, options.poll ?? 250);
  let at = position;
  try {
    while (options.signal?.aborted !== true) {
      const over = await options.isOver();
      at = await readOn(file, at, (event) => {
        if (matches(event, options) && !isBefore(event, options.since)) options.onEvent(event);
      });
      if (over) return;
      await changes.next().catch(() => {});
    }
  } finally {
    changes.dispose();
  }
}

/** Reads whole lines from `position`; gives where they end. */
async function readOn(file: string, position: number, take: (event: LogEvent) => void): Promise<number> {
  const handle = await openLog(file);
  if (handle === undefined) return position;
  try {
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
  } finally {
    await handle.close();
  }
}

async function openLog(file: string): Promise<FileHandle | undefined> {
  try {
    return await open(file, "r");
  } catch (error) {
    if (systemCode(error) === "ENOENT") return undefined;
    throw error;
  }
}

async function readRange(handle: FileHandle, start: number, end: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafe(end - start);
  let have = 0;
  while (have < bytes.length) {
    const { bytesRead } = await handle.read(bytes, have, bytes.length - have, start + have);
    if (bytesRead === 0) break;
    have += bytesRead;
  }
  return bytes.subarray(0, have);
}

function matches(event: LogEvent, { events }: EventFilter): boolean {
  return events === undefined || events.length === 0 || events.includes(event.event);
}

function isBefore(event: LogEvent, since: number | undefined): boolean {
  return since !== undefined && Date.parse(event.ts) < since;
}

function throwIfAborted(signal: AbortSignal | undefined, file: string): void {
  if (signal?.aborted === true) throw new SygaldryError("SYG-CANCELLED", `reading ${file} was cancelled`);
}

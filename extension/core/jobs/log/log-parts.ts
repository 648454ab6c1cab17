import { type FileHandle, open, readdir, stat } from "node:fs/promises";
import path from "node:path";
import { systemCode } from "../../base/errors.ts";
import { partName, partOfLog } from "../layout.ts";

/**
 * A place in a run's log, after a whole line of one of its files. The file is known by its inode, for it is renamed when the
 * log goes on in a new one; by its number where the inode is gone or not known.
 */
export interface LogPosition {
  /** The number that the file has as an earlier part, or will have. */
  readonly part: number;
  readonly inode: bigint | undefined;
  readonly at: number;
}

/** Before the first event that is kept. */
export const logStart: LogPosition = { part: 1, inode: undefined, at: 0 };

interface OpenFile {
  readonly handle: FileHandle;
  readonly inode: bigint;
}

/** One file of a log, open; stays readable when it is renamed or removed. */
export interface OpenPart extends OpenFile {
  readonly part: number;
  /** Where to read on. */
  readonly at: number;
}

/** The file that is written, open, and the numbers of the parts before it, ascending; no handle while there is none. */
export async function openNewest(
  file: string,
): Promise<{ readonly newest: OpenPart | undefined; readonly earlier: readonly number[] }> {
  for (;;) {
    const newest = await openFile(file);
    const earlier = await partsOf(file);
    // It is the one after the last part unless it was renamed between these two looks.
    if (newest === undefined || (await inodeOf(file)) === newest.inode) {
      return { newest: newest && { ...newest, part: (earlier.at(-1) ?? 0) + 1, at: 0 }, earlier };
    }
    await newest.handle.close();
  }
}

/** The file in which `position` is; undefined when it is there no more. */
export async function openSame(file: string, position: LogPosition): Promise<OpenPart | undefined> {
  if (position.inode === undefined) return undefined;
  const opened = await openFile(file);
  if (opened?.inode === position.inode) return { ...opened, part: position.part, at: position.at };
  await opened?.handle.close();
  for (const part of await partsOf(file)) {
    const earlier = await openFile(partName(file, part));
    if (earlier?.inode === position.inode) return { ...earlier, part, at: position.at };
    await earlier?.handle.close();
  }
  return undefined;
}

/**
 * The file that goes on after the one in which `position` is; undefined while that one is still written, or the next is not
 * there yet. One with the same number is a copy of it, for the log was removed and put back; all others begin at 0.
 */
export async function openNext(file: string, position: LogPosition): Promise<OpenPart | undefined> {
  for (;;) {
    if (position.inode !== undefined && (await inodeOf(file)) === position.inode) return undefined;
    const parts = await partsOf(file);
    const own = await partWith(file, parts, position);
    const isNext = (part: number) => (own === undefined ? part >= position.part : part > own);
    const place = (opened: OpenFile, part: number): OpenPart => {
      return { ...opened, part, at: part === position.part ? position.at : 0 };
    };
    const next = parts.find(isNext);
    const opened = await openFile(next === undefined ? file : partName(file, next));
    if (next !== undefined) {
      if (opened !== undefined) return place(opened, next);
      // Parts are removed from the oldest on.
      continue;
    }
    if (opened === undefined) return undefined;
    if (opened.inode !== position.inode && !(await partsOf(file)).some(isNext)) {
      return place(opened, own === undefined ? position.part : own + 1);
    }
    // It was renamed meanwhile.
    await opened.handle.close();
  }
}

export async function openPart(file: string, part: number): Promise<FileHandle | undefined> {
  return (await openFile(partName(file, part)))?.handle;
}

async function partsOf(file: string): Promise<readonly number[]> {
  const log = path.basename(file);
  const names = await readdir(path.dirname(file)).catch(() => []);
  return names
    .map((name) => partOfLog(log, name))
    .filter((part) => part !== undefined)
    .sort((a, b) => a - b);
}

/** The part that the file of `position` has become. */
async function partWith(
  file: string,
  parts: readonly number[],
  { inode, part: expected }: LogPosition,
): Promise<number | undefined> {
  if (inode === undefined) return undefined;
  for (const part of [expected, ...parts]) {
    if ((await inodeOf(partName(file, part))) === inode) return part;
  }
  return undefined;
}

async function openFile(file: string): Promise<OpenFile | undefined> {
  const handle = await ifThere(open(file, "r"));
  if (handle === undefined) return undefined;
  return { handle, inode: (await handle.stat({ bigint: true })).ino };
}

async function inodeOf(file: string): Promise<bigint | undefined> {
  return (await ifThere(stat(file, { bigint: true })))?.ino;
}

async function ifThere<T>(action: Promise<T>): Promise<T | undefined> {
  try {
    return await action;
  } catch (error) {
    if (systemCode(error) === "ENOENT") return undefined;
    throw error;
  }
}

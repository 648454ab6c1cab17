import { type FileHandle, open } from "node:fs/promises";
import { createTwoFilesPatch } from "diff";

/** How two files differ. */
export interface FileDifference {
  /** Of the first byte that differs, from 0; the length of the shorter where it is the other's beginning. */
  readonly offset: number;
  /** A unified diff of small texts. */
  readonly diff: string | undefined;
  /** What it seems to be, as "a date or time"; undefined when nothing known fits. */
  readonly hint: string | undefined;
}

/** Texts up to this many bytes are shown as a diff. */
const small = 64 * 1024;
const chunk = 64 * 1024;

/** Undefined when they are the same. Neither is held in memory. Throws as opening them does. */
export async function compareFiles(first: string, second: string): Promise<FileDifference | undefined> {
  const [one, other] = [await open(first), await open(second)];
  try {
    const offset = await firstDifference(one, other);
    if (offset === undefined) return undefined;
    const texts = [await textOf(one), await textOf(other)];
    const [a, b] = texts;
    return {
      offset,
      diff: a === undefined || b === undefined ? undefined : createTwoFilesPatch("first", "second", a, b),
      hint: await hintOf(one, other, offset, a, b),
    };
  } finally {
    await Promise.all([one.close(), other.close()]);
  }
}

async function firstDifference(one: FileHandle, other: FileHandle): Promise<number | undefined> {
  for (let at = 0; ; at += chunk) {
    const [a, b] = [await read(one, at, chunk), await read(other, at, chunk)];
    if (!a.equals(b)) {
      const length = Math.min(a.length, b.length);
      const index = a.subarray(0, length).findIndex((byte, position) => byte !== b[position]);
      return at + (index < 0 ? length : index);
    }
    if (a.length < chunk) return undefined;
  }
}

async function read(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await file.read(buffer, filled, length - filled, position + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return buffer.subarray(0, filled);
}

async function textOf(file: FileHandle): Promise<string | undefined> {
  if ((await file.stat()).size > small) return undefined;
  const bytes = await read(file, 0, small);
  const text = bytes.toString("utf8");
  return bytes.includes(0) || text.includes("\ufffd") ? undefined : text;
}

async function hintOf(
  one: FileHandle,
  other: FileHandle,
  offset: number,
  a: string | undefined,
  b: string | undefined,
): Promise<string | undefined> {
  if (a !== undefined && b !== undefined && sortedLines(a) === sortedLines(b))
    return "the same lines in another order";
  const head = await read(one, 0, 8);
  if (head[0] === 0x1f && head[1] === 0x8b && offset >= 4 && offset < 8) return "the time in gzip's header";
  const start = Math.max(0, offset - 48);
  const [before, around, others] = [offset - start, await read(one, start, 96), await read(other, start, 96)];
  if (head.toString("latin1", 0, 2) === "PK" && inZipTime(around, before))
    return "the time of a file in a zip";
  if (head.toString("latin1") === "!<arch>\n" && /`\n/.test(around.toString("latin1", before)))
    return "the time, owner or mode of a file in an archive of ar";
  const windows = [around, others].map((bytes) => bytes.toString("latin1"));
  if (windows.every((text) => /[-_/]sandbox\/\d+\/|\/(first|second)\/(execroot|external)\b/.test(text)))
    return "a path of the build";
  if (windows.every((text) => times.test(text))) return "a date or time";
  return undefined;
}

/** `2026-11-25`, `Nov 25 2026`, `03:32:11`, seconds to nanoseconds since 1970 in this half of the century. */
const times =
  /\d{4}-\d\d-\d\d|\b(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) +\d{1,2}\b|\b\d\d:\d\d(:\d\d)?\b|\b[12]\d{9}(\d{3}|\d{6}|\d{9})?\b/;

/** Bytes 10 to 13 of a local header, 12 to 15 of a central one (APPNOTE.TXT of PKWARE, 4.3). */
function inZipTime(around: Buffer, at: number): boolean {
  return [
    ["PK\u0003\u0004", 10],
    ["PK\u0001\u0002", 12],
  ].some(([magic = "", from]) => {
    const start = around.lastIndexOf(String(magic), at, "latin1");
    return start >= 0 && at >= start + Number(from) && at < start + Number(from) + 4;
  });
}

function sortedLines(text: string): string {
  return text.split("\n").sort().join("\n");
}

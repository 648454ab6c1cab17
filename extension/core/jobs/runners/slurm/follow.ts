import { open, stat } from "node:fs/promises";
import { Readable } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";

export interface Followed {
  readonly file: string;
  /** Before each of its lines, where several are read as one. */
  readonly prefix: string;
}

const piece = 64 * 1024;
const every = 200;

/**
 * What others append to files, on this machine or another, until `isOver` and all is read. Reads no faster than it is
 * asked to, and keeps at most a line that is not finished of each file.
 */
export function follow(files: readonly Followed[], isOver: () => boolean): Readable {
  return Readable.from(contents(files, isOver), { objectMode: false });
}

async function* contents(files: readonly Followed[], isOver: () => boolean): AsyncGenerator<Buffer> {
  const readers = files.map(({ file, prefix }) => ({ file, lines: prefixer(prefix), position: 0 }));
  for (;;) {
    const last = isOver();
    let found = false;
    for (const reader of readers) {
      const bytes = await readFrom(reader.file, reader.position);
      if (bytes === undefined) continue;
      found = true;
      reader.position += bytes.length;
      const whole = reader.lines.take(bytes);
      if (whole.length > 0) yield whole;
    }
    if (found) continue;
    if (last) break;
    await delay(every);
  }
  for (const { lines } of readers) {
    const rest = lines.end();
    if (rest.length > 0) yield rest;
  }
}

async function readFrom(file: string, position: number): Promise<Buffer | undefined> {
  try {
    if ((await stat(file)).size <= position) return undefined;
    const handle = await open(file, "r");
    try {
      const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafe(piece), 0, piece, position);
      return bytesRead === 0 ? undefined : buffer.subarray(0, bytesRead);
    } finally {
      await handle.close();
    }
  } catch {
    // Not there yet, or a server that is away: what is there is read when it is back.
    return undefined;
  }
}

interface Prefixer {
  readonly take: (bytes: Buffer) => Buffer;
  readonly end: () => Buffer;
}

const nothing = Buffer.alloc(0);

/** Without a prefix bytes pass as they come; otherwise whole lines do. */
function prefixer(prefix: string): Prefixer {
  if (prefix === "") return { take: (bytes) => bytes, end: () => nothing };
  const before = Buffer.from(prefix);
  let pending = nothing;
  return {
    take(bytes) {
      const text = Buffer.concat([pending, bytes]);
      // A line without an end for very long is cut, so that it does not fill the memory.
      const end = text.length > 16 * piece ? text.length : text.lastIndexOf(10) + 1;
      pending = text.subarray(end);
      return prefixed(text.subarray(0, end), before);
    },
    end: () => prefixed(pending, before),
  };
}

function prefixed(lines: Buffer, before: Buffer): Buffer {
  const parts: Buffer[] = [];
  for (let at = 0; at < lines.length; ) {
    const end = lines.indexOf(10, at) + 1 || lines.length;
    parts.push(before, lines.subarray(at, end));
    at = end;
  }
  if (lines.length > 0 && lines.at(-1) !== 10) parts.push(Buffer.from("\n"));
  return Buffer.concat(parts);
}

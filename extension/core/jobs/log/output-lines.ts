import { isAscii, isUtf8 } from "node:buffer";
import { secretBeginnings } from "../../base/redact.ts";

/** One line of output, or what is known of it so far. */
export interface OutputLine {
  readonly text: string;
  /** It goes on in the next one. */
  readonly more?: true;
  /** How many states of a line that was drawn over were left out. */
  readonly folded?: number;
  /** Its bytes, where they are not UTF-8. */
  readonly raw?: Buffer;
}

export interface OutputLines {
  /** The lines that `chunk` completes: texts without anything to say about them, as most are, and others. */
  feed(chunk: Buffer): readonly (string | OutputLine)[];
  /** What waits for its line's end: the last state of a line that is drawn over, or with `begun` whatever is there (a prompt). */
  peek(begun: boolean): readonly OutputLine[];
  /** The last line, when it has no end. */
  end(): readonly (string | OutputLine)[];
}

/** A line of more bytes comes in pieces. */
const longest = 64 * 1024;
const newline = 10;
const carriageReturn = 13;

/**
 * Splits a stream of bytes into lines. Bytes are never lost: a piece ends between two characters, what is no UTF-8 keeps
 * its bytes beside the text; nor does one end within one of the secrets, which are sought in each by itself. Of a line that is drawn over with carriage returns (a progress bar) the last state is kept.
 */
export function outputLines(secrets: readonly string[] = []): OutputLines {
  const beginnings = secretBeginnings(secrets);
  const pieces: Buffer[] = [];
  let size = 0;
  let held: string | undefined;
  let folded = 0;

  const take = (): Buffer => {
    const all = pieces.length === 1 ? (pieces[0] ?? Buffer.alloc(0)) : Buffer.concat(pieces, size);
    pieces.length = 0;
    size = 0;
    return all;
  };
  const keep = (rest: Buffer) => {
    if (rest.length === 0) return;
    pieces.push(Buffer.from(rest));
    size += rest.length;
  };
  const finish = (bytes: Buffer, text: string, raw: boolean): string | OutputLine => {
    const plain = text.endsWith("\r") ? text.slice(0, -1) : text;
    if (!plain.includes("\r") && held === undefined && folded === 0) {
      return raw ? { text: plain, raw: Buffer.from(bytes) } : plain;
    }
    const shown = fold(plain);
    const line = {
      text: shown,
      ...(folded > 0 ? { folded } : {}),
      ...(raw ? { raw: Buffer.from(bytes) } : {}),
    };
    held = undefined;
    folded = 0;
    return line;
  };
  /** The last state that shows something; counts the others. */
  const fold = (text: string): string => {
    const states = text.split("\r").filter((state) => state !== "");
    const all = held === undefined ? states : [held, ...states];
    folded += Math.max(0, all.length - 1);
    return all.at(-1) ?? "";
  };
  const pieceEnd = (bytes: Buffer) => {
    const end = characterEnd(bytes);
    return end - beginnings(bytes.subarray(0, end));
  };
  const shorten = (): readonly OutputLine[] => {
    const bytes = take();
    const drawn = bytes.lastIndexOf(carriageReturn, -2);
    if (drawn >= 0) {
      held = fold(bytes.toString("utf8", 0, drawn));
      keep(bytes.subarray(drawn + 1));
      return [];
    }
    if (bytes.length < longest) {
      keep(bytes);
      return [];
    }
    const cut = pieceEnd(bytes);
    keep(bytes.subarray(cut));
    return [pieceOf(bytes.subarray(0, cut))];
  };
  return {
    feed(chunk) {
      const end = chunk.lastIndexOf(newline);
      if (end < 0) {
        keep(chunk);
        return size >= longest || chunk.includes(carriageReturn) ? shorten() : [];
      }
      pieces.push(chunk.subarray(0, end));
      size += end;
      const block = take();
      keep(chunk.subarray(end + 1));
      return linesOf(block, finish);
    },
    peek(begun) {
      const shown: OutputLine[] = [];
      if (held !== undefined) {
        shown.push({ text: held, ...(folded > 0 ? { folded } : {}) });
        held = undefined;
        folded = 0;
      } else if (begun && size > 0) {
        const bytes = take();
        const cut = bytes.at(-1) === carriageReturn ? bytes.length - 1 : pieceEnd(bytes);
        keep(bytes.subarray(cut));
        if (cut > 0) shown.push(pieceOf(bytes.subarray(0, cut)));
      }
      return shown;
    },
    end() {
      if (size === 0) return held === undefined ? [] : [finish(Buffer.alloc(0), "", false)];
      const bytes = take();
      return [finish(bytes, bytes.toString("utf8"), !isUtf8(bytes))];
    },
  };
}

function linesOf(
  block: Buffer,
  finish: (bytes: Buffer, text: string, raw: boolean) => string | OutputLine,
): readonly (string | OutputLine)[] {
  const none = Buffer.alloc(0);
  if (isUtf8(block)) {
    const text = block.toString(isAscii(block) ? "latin1" : "utf8");
    return text.split("\n").map((line) => finish(none, line, false));
  }
  const lines: (string | OutputLine)[] = [];
  for (let at = 0; at <= block.length; ) {
    const found = block.indexOf(newline, at);
    const bytes = block.subarray(at, found < 0 ? block.length : found);
    lines.push(finish(bytes, bytes.toString("utf8"), !isUtf8(bytes)));
    at += bytes.length + 1;
  }
  return lines;
}

function pieceOf(bytes: Buffer): OutputLine {
  const text = bytes.toString("utf8");
  return isUtf8(bytes) ? { text, more: true } : { text, more: true, raw: Buffer.from(bytes) };
}

/** Where the last whole UTF-8 character ends. */
function characterEnd(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(4, bytes.length); back++) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (byte < 0x80) return bytes.length;
    if (byte < 0xc0) continue;
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
    return back < length ? bytes.length - back : bytes.length;
  }
  return bytes.length;
}

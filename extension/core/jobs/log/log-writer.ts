import {
  closeSync,
  copyFileSync,
  fstatSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  statSync,
  writeSync,
} from "node:fs";
import path from "node:path";
import { messageOf, systemCode } from "../../base/errors.ts";
import type { Redact } from "../../base/redact.ts";
import type { LogRotation } from "../settings.ts";
import { formatEvent } from "./event.ts";
import { newParts } from "./new-part.ts";
import type { OutputLine } from "./output-lines.ts";

/**
 * A run's log. Synchronous on purpose: what was read from a pipe is on its way to the disk before more is read, so memory
 * stays bounded and the order is that of arrival.
 */
export interface LogWriter {
  readonly file: string;
  event(event: string, fields?: Readonly<Record<string, unknown>>): void;
  output(stream: "stdout" | "stderr", lines: readonly (string | OutputLine)[]): void;
  /** Writes out what waits. Throws what the file system says; what could not be written waits for the next time. */
  flush(): void;
  /** Puts the log back where it belongs when its file or folder was removed; true when it had been. */
  restore(): boolean;
  /** Leaves out what cannot be written; the file then ends with a whole line. */
  close(): void;
}

export interface LogOptions {
  readonly job: string;
  readonly run: string;
  readonly redact?: Redact | undefined;
  /** When it goes on in a new file; undefined: never. */
  readonly rotation?: LogRotation | undefined;
}

/** Characters that wait before they are written without being asked. Few, for V8 keeps large texts longer than small ones. */
const batch = 32 * 1024;

/** Makes the log `file`. Throws EEXIST when there is one. */
export function createLog(file: string, { job, run, redact, rotation }: LogOptions): LogWriter {
  let descriptor = openSync(file, "wx", 0o644);
  let seq = 0;
  let waiting = "";
  const bytes = Buffer.allocUnsafe(batch * 3);
  /** What of the buffer is not written yet. */
  let from = 0;
  let to = 0;
  let size = 0;
  /** The file's size up to its last whole line. */
  let whole = 0;
  /** The size that the file is not to exceed. */
  let limit = rotation?.maxSize ?? Number.POSITIVE_INFINITY;
  const parts = newParts(file);
  let complained = false;
  const name = `"job":${JSON.stringify(job)},"run":${JSON.stringify(run)},"seq":`;

  const flush = () => {
    for (;;) {
      if (from === to) {
        if (waiting === "") return;
        // At most three bytes a character; one buffer for all, for new ones become garbage faster than it is collected.
        const part = waiting.length > batch ? waiting.slice(0, pieceEnd(waiting)) : waiting;
        waiting = waiting.slice(part.length);
        from = 0;
        to = bytes.write(part);
      }
      let until = size + to - from <= limit ? to : from + fitting(bytes.subarray(from, to));
      if (until === from) {
        if (rotate()) continue;
        until = to;
      }
      const written = writeSync(descriptor, bytes, from, until - from);
      const end = bytes.subarray(from, from + written).lastIndexOf(10);
      if (end >= 0) whole = size + end + 1;
      size += written;
      from += written;
    }
  };
  /** How many of these bytes still belong into this file: whole lines, and the rest of one that has begun in it. */
  const fitting = (rest: Buffer): number => {
    const lines = rest.subarray(0, Math.max(0, limit - size)).lastIndexOf(10) + 1;
    if (lines > 0 || (whole === size && size > 0)) return lines;
    const line = rest.indexOf(10) + 1;
    return line > 0 ? line : rest.length;
  };
  const rotate = (): boolean => {
    try {
      descriptor = parts.next(descriptor, rotation?.parts ?? 1);
      size = 0;
      whole = 0;
      limit = rotation?.maxSize ?? limit;
      return true;
    } catch (error) {
      // It goes on in the same file, and is tried again when as much more was written.
      limit = size + (rotation?.maxSize ?? limit);
      // A log that was removed is put back by `restore`.
      if (!complained && systemCode(error) !== "ENOENT") {
        complained = true;
        waiting += eventText("log", { msg: `the log cannot go on in a new file: ${messageOf(error)}` });
      }
      return false;
    }
  };
  const eventText = (event: string, fields: Readonly<Record<string, unknown>>) =>
    formatEvent({ ts: new Date().toISOString(), event, job, run, seq: ++seq, ...fields });
  const add = (text: string) => {
    waiting += text;
    if (waiting.length >= batch) flush();
  };
  const reopen = () => {
    mkdirSync(path.dirname(file), { recursive: true });
    const old = descriptor;
    // On Linux the removed file lives on behind its descriptor.
    tryTo(() => copyFileSync(`/proc/self/fd/${old}`, file));
    descriptor = openSync(file, "a", 0o644);
    closeSync(old);
    const before = size;
    size = fstatSync(descriptor).size;
    if (size !== before) whole = size;
    limit = rotation?.maxSize ?? limit;
  };
  return {
    file,
    event: (event, fields = {}) => add(eventText(event, fields)),
    output(stream, lines) {
      const head = `{"ts":"${new Date().toISOString()}","event":"output",${name}`;
      const middle = `,"stream":"${stream}","msg":`;
      let failure: unknown;
      const hand = (text: string) => {
        try {
          add(text);
        } catch (error) {
          // It waits, and so does all that comes after it.
          failure = error;
        }
      };
      let text = "";
      for (const line of lines) {
        text += `${head}${++seq}${middle}${typeof line === "string" ? quote(line, redact) : described(line, redact)}}\n`;
        if (text.length < batch) continue;
        hand(text);
        text = "";
      }
      hand(text);
      if (failure !== undefined) throw failure;
    },
    flush,
    restore() {
      if (isAt(descriptor, file)) return false;
      reopen();
      return true;
    },
    close() {
      tryTo(flush);
      if (whole < size) tryTo(() => ftruncateSync(descriptor, whole));
      closeSync(descriptor);
    },
  };
}

/** Not between the two halves of a character. */
function pieceEnd(text: string): number {
  const code = text.charCodeAt(batch - 1);
  return code >= 0xd800 && code < 0xdc00 ? batch - 1 : batch;
}

/** What JSON must escape. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const special = /["\\\u0000-\u001f\ud800-\udfff]/;

function quote(line: string, redact: Redact | undefined): string {
  const text = redact === undefined ? line : redact(line);
  return special.test(text) ? JSON.stringify(text) : `"${text}"`;
}

function described({ text, more, folded, raw }: OutputLine, redact: Redact | undefined): string {
  const secret =
    redact !== undefined && raw !== undefined && redact(raw.toString("latin1")) !== raw.toString("latin1");
  return [
    quote(text, redact),
    ...(more === true ? [`"more":true`] : []),
    ...(folded === undefined ? [] : [`"folded":${folded}`]),
    ...(raw === undefined || secret ? [] : [`"raw":"${raw.toString("base64")}"`]),
  ].join(",");
}

function isAt(descriptor: number, file: string): boolean {
  try {
    return statSync(file).ino === fstatSync(descriptor).ino;
  } catch (error) {
    if (systemCode(error) === "ENOENT") return false;
    throw error;
  }
}

function tryTo(action: () => void): void {
  try {
    action();
  } catch {
    // The disk is full, or the system has no /proc.
  }
}

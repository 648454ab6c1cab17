import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import type { Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { isCancellation, messageOf, SygaldryError, systemCode } from "../../base/errors.ts";
import { isJsonObject, type JsonObject } from "../../base/json-fields.ts";
import { jsonObjects } from "./json-objects.ts";
import type { BazelProfile } from "./profile.ts";
import { summarise } from "./summarise.ts";

export interface ReadProfileOptions {
  /** How many of the slowest actions and of the mnemonics and threads are kept. */
  readonly top?: number;
  readonly signal?: AbortSignal;
}

/**
 * Reads a profile as Bazel 4 to 9 write it by `--profile`: a trace of events as JSON (the Trace Event Format of Chromium),
 * compressed by gzip or not, as a stream, whatever its size. One that is cut off is read as far as it goes. Throws SYG-FILE
 * when it cannot be read or is no profile.
 */
export async function readProfile(file: string, options: ReadProfileOptions = {}): Promise<BazelProfile> {
  const summary = summarise(options.top ?? 10);
  const split = jsonObjects();
  let events = 0;
  let whole = true;
  try {
    for await (const chunk of await content(file, options.signal)) {
      for (const text of split(chunk)) {
        const event = parse(text);
        if (event === undefined) continue;
        events += 1;
        summary.take(event);
      }
    }
  } catch (error) {
    if (isCancellation(error)) throw error;
    if (systemCode(error) !== "Z_BUF_ERROR") throw unreadable(file, error);
    whole = false;
  }
  if (events === 0 && whole)
    throw new SygaldryError("SYG-FILE", `${file} is no profile of Bazel`, {
      next: "A build writes one with --profile=FILE.",
    });
  return summary.profile(whole);
}

async function content(file: string, signal: AbortSignal | undefined): Promise<AsyncIterable<Buffer>> {
  const handle = await open(file);
  try {
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(2), 0, 2, 0);
    const packed = bytesRead === 2 && buffer[0] === 0x1f && buffer[1] === 0x8b;
    const stream: Readable = createReadStream(file, { highWaterMark: 1 << 20, signal });
    if (!packed) return stream;
    const unpacked = createGunzip({ chunkSize: 1 << 20 });
    stream.on("error", (error) => unpacked.destroy(error));
    return stream.pipe(unpacked);
  } finally {
    await handle.close();
  }
}

function parse(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function unreadable(file: string, cause: unknown): SygaldryError {
  const missing = systemCode(cause) === "ENOENT";
  return new SygaldryError(
    "SYG-FILE",
    missing ? `there is no ${file}` : `${file} cannot be read: ${messageOf(cause)}`,
    { cause, next: "A build writes a profile with --profile=FILE." },
  );
}

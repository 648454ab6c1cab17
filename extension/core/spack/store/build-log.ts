import { readFile } from "node:fs/promises";
import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { messageOf, SygaldryError } from "../../base/errors.ts";
import { type PathTranslation, samePaths } from "../../site/paths.ts";

/** A log of several hundred megabytes is cut: its end matters. */
const kept = 64 * 1024 * 1024;

/**
 * The text of a build log (a path of the site), compressed or not. Throws SYG-FILE when it cannot be read.
 */
export async function readBuildLog(
  file: string,
  { signal, paths = samePaths }: { readonly signal?: AbortSignal; readonly paths?: PathTranslation } = {},
): Promise<string> {
  const local = paths.local(file);
  try {
    const content = await readFile(local, signal === undefined ? {} : { signal });
    const plain = isGzip(content) ? await promisify(gunzip)(content) : content;
    return plain.subarray(-kept).toString("utf8");
  } catch (cause) {
    signal?.throwIfAborted();
    throw new SygaldryError("SYG-FILE", `the build log ${local} cannot be read: ${messageOf(cause)}`, {
      cause,
    });
  }
}

function isGzip(content: Buffer): boolean {
  return content[0] === 0x1f && content[1] === 0x8b;
}

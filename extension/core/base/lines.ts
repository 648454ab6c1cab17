import { StringDecoder } from "node:string_decoder";

/** How much of a stream's end is kept when nothing else is said, in characters. */
const defaultKeep = 16 * 1024 * 1024;

/**
 * Decodes UTF-8 and splits a stream into lines, without their ends (LF or CRLF), as they come; a last line without an end
 * counts. The returned function gives the text, of a long one the last `keep` characters.
 */
export function collectLines(
  stream: NodeJS.ReadableStream | null,
  onLine: (line: string) => void,
  keep = defaultKeep,
): () => string {
  const decoder = new StringDecoder("utf8");
  let text = "";
  let pending = "";
  const take = (chunk: string) => {
    text += chunk;
    if (text.length > 2 * keep) text = text.slice(-keep);
    const lines = (pending + chunk).split("\n");
    pending = lines.pop() ?? "";
    for (const line of lines) onLine(line.replace(/\r$/, ""));
  };
  stream?.on("data", (chunk: Buffer) => take(decoder.write(chunk)));
  stream?.on("end", () => {
    take(decoder.end());
    if (pending !== "") onLine(pending);
  });
  return () => text.slice(-keep);
}

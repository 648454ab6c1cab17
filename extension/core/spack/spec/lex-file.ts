import { isIdentifier, isReference, runEnd } from "./characters.ts";
import type { Token } from "./token.ts";

/** Finds the names of spec files (`./zlib.json`, `specs/zlib.yaml`) that start at a place of `text`. */
export function lexFile(text: string): (at: number) => Token | undefined {
  // Remembered for the whole run of characters of file names, so that many slashes cost no more than one.
  let run = { end: -1, extension: -1 };
  return (at) => {
    const prefix = prefixEnd(text, at);
    if (prefix === undefined) return undefined;
    if (at >= run.end) {
      const end = runEnd(text, at, isReference);
      run = { end, extension: lastExtension(text.slice(at, end), at) };
    }
    if (run.extension < prefix) return undefined;
    return { kind: "file", start: at, end: run.extension + ".json".length };
  };
}

/** A file name starts with a dot or holds a slash. */
function prefixEnd(text: string, at: number): number | undefined {
  if (text[at] === "." || text[at] === "/") return at + 1;
  const end = runEnd(text, at, isIdentifier);
  return text[end] === "/" ? end + 1 : undefined;
}

function lastExtension(run: string, at: number): number {
  const last = Math.max(run.lastIndexOf(".json"), run.lastIndexOf(".yaml"));
  return last < 0 ? -1 : at + last;
}

import { isName, isReference, isWord, runEnd, skipSpace, wordEnd } from "./characters.ts";
import type { Token } from "./token.ts";

const equals = 61;
const colon = 58;
const comma = 44;

/** The version that starts with the `@` at `at`; undefined when none does. */
export function lexVersion(text: string, at: number): (Token & { kind: "version" }) | undefined {
  const end = gitEnd(text, at + 1);
  if (end !== undefined) return { kind: "version", git: true, start: at, end, value: { start: at + 1, end } };
  const start = skipSpace(text, at + 1);
  const listEnd = versionListEnd(text, start);
  if (listEnd === undefined) return undefined;
  return { kind: "version", git: false, start: at, end: listEnd, value: { start: at + 1, end: listEnd } };
}

/** The end of `git.REF`, of a commit, or of one of them with `=VERSION`. */
function gitEnd(text: string, at: number): number | undefined {
  const reference = text.startsWith("git.", at) ? wordEnd(text, at + 4, isReference) : undefined;
  const end = reference ?? (isCommit(text, at) ? at + 40 : undefined);
  if (end === undefined || text.charCodeAt(end) !== equals) return end;
  return versionEnd(text, end + 1) ?? end;
}

function isCommit(text: string, at: number): boolean {
  return /^[A-Fa-f0-9]{40}$/.test(text.slice(at, at + 40));
}

function versionListEnd(text: string, at: number): number | undefined {
  let end = rangeEnd(text, at) ?? versionEnd(text, at);
  while (end !== undefined) {
    const separator = skipSpace(text, end);
    if (text.charCodeAt(separator) !== comma) return end;
    const next = skipSpace(text, separator + 1);
    const nextEnd = rangeEnd(text, next) ?? versionEnd(text, next);
    if (nextEnd === undefined) return end;
    end = nextEnd;
  }
  return undefined;
}

/** The end of `1.2:1.4`, `1.2:`, `:1.4` or `:`; the end is no version where it is the name of a `name=value`. */
function rangeEnd(text: string, at: number): number | undefined {
  const middle = text.charCodeAt(at) === colon ? at : versionEnd(text, at);
  if (middle === undefined || text.charCodeAt(middle) !== colon) return undefined;
  let end = versionEnd(text, middle + 1);
  while (end !== undefined && text.charCodeAt(skipSpace(text, end)) === equals)
    end = boundaryBefore(text, versionStart(text, middle + 1), end - 1);
  return end ?? middle + 1;
}

function versionEnd(text: string, at: number): number | undefined {
  const start = versionStart(text, at);
  if (start >= text.length || !isWord(text.charCodeAt(start))) return undefined;
  return boundaryBefore(text, start, runEnd(text, start, isName));
}

function versionStart(text: string, at: number): number {
  return text.charCodeAt(at) === equals ? at + 1 : at;
}

/** The last place up to `end` where a word ends or starts: a version never ends between two dots. */
function boundaryBefore(text: string, start: number, end: number): number | undefined {
  for (let at = end; at > start; at -= 1) {
    const after = at < text.length && isWord(text.charCodeAt(at));
    if (isWord(text.charCodeAt(at - 1)) !== after) return at;
  }
  return undefined;
}

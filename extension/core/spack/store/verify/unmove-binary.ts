import { escapeRegExp, latin, type Relocation } from "./relocation.ts";

/** Above this, in bytes, a binary is not read into memory to be compared. */
export const largestBinary = 400 * 1024 * 1024;

/** A C string that holds new paths: where it begins, where its terminating zero stands, and the paths in it. */
interface Changed {
  readonly start: number;
  readonly end: number;
  readonly matches: readonly { readonly at: number; readonly to: string; readonly from: string }[];
}

/**
 * What a relocated binary may have been before, best guess first; none when it shows no new path or was changed in a way
 * that cannot be turned back. Spack keeps a binary's size: it pads a shorter path with leading slashes, or a whole C
 * string (an ELF's search path and interpreter) with zeros at its end, or leaves the end of the old string behind.
 */
export function unmoveBinary(content: Buffer, relocation: Relocation): readonly Buffer[] {
  const text = content.toString("latin1");
  const changed = findChanged(text, relocation);
  if (changed.length === 0) return [];
  const attempts = [false, true].map((colons) => undoAll(content, text, changed, colons));
  return attempts.flatMap((attempt) => attempt ?? []);
}

/** Whether any of the new paths stands in `content`, and whether an old one still does where none should. */
export function pathsIn(
  content: Buffer,
  { moves }: Relocation,
): { readonly fresh: boolean; readonly stale: boolean } {
  const holds = (paths: Iterable<string>) => [...paths].some((path) => content.includes(path));
  return { fresh: holds(moves.values()), stale: holds(moves.keys()) };
}

function findChanged(text: string, { moves }: Relocation): readonly Changed[] {
  const back = new Map<string, string>();
  for (const [from, to] of moves) if (!back.has(latin(to))) back.set(latin(to), latin(from));
  const pattern = [...back.keys()].sort((a, b) => b.length - a.length).map(escapeRegExp);
  const found: Changed[] = [];
  let current:
    | { start: number; end: number; matches: { at: number; to: string; from: string }[] }
    | undefined;
  for (const match of text.matchAll(new RegExp(pattern.join("|"), "g"))) {
    const at = match.index;
    if (current === undefined || at >= current.end) {
      const end = text.indexOf("\0", at);
      current = { start: text.lastIndexOf("\0", at) + 1, end: end < 0 ? text.length : end, matches: [] };
      found.push(current);
    }
    current.matches.push({ at, to: match[0], from: back.get(match[0]) ?? match[0] });
  }
  return found;
}

function undoAll(
  content: Buffer,
  text: string,
  changed: readonly Changed[],
  colons: boolean,
): Buffer | undefined {
  const before = Buffer.from(content);
  for (const string of changed) {
    const undone = undoPadded(text, string) ?? undoZeros(text, string, colons);
    if (undone === undefined) return undefined;
    before.write(undone, string.start, "latin1");
  }
  return before;
}

/**
 * Every path was replaced by itself: with as many slashes before the new one as it is shorter, or, the last one of a
 * string and near its end, by writing the shorter end over the longer, whose last bytes are still there behind the zero.
 */
function undoPadded(text: string, { start, end, matches }: Changed): string | undefined {
  let result = text.slice(start, end);
  for (const [index, { at, to, from }] of [...matches.entries()].reverse()) {
    const shorter = from.length - to.length;
    const begin = at - start - shorter;
    const rest = result.slice(at - start + to.length);
    if (shorter >= 0 && begin >= 0 && /^\/*$/.test(result.slice(begin, at - start))) {
      result = result.slice(0, begin) + from + rest;
      continue;
    }
    const old = `${from + rest}\0`;
    const isLast = index === matches.length - 1;
    if (!isLast || shorter <= 0 || text.slice(end + 1, end + 1 + shorter) !== old.slice(-shorter))
      return undefined;
    result = result.slice(0, at - start) + old;
  }
  return result;
}

/** The C string as a whole became shorter, and zeros fill the rest. Colons, because Spack drops those that pad. */
function undoZeros(text: string, string: Changed, colons: boolean): string | undefined {
  const { start, end } = string;
  const old = withOldPaths(text, string);
  let room = end;
  while (text[room] === "\0") room++;
  // The last zero ends the string; what follows it is somebody else's.
  const longest = room - 1 - start;
  if (old.length <= end - start || old.length > longest) return undefined;
  return colons ? old.padEnd(longest, ":") : old;
}

function withOldPaths(text: string, { start, end, matches }: Changed): string {
  let old = "";
  let from = start;
  for (const match of matches) {
    old += text.slice(from, match.at) + match.from;
    from = match.at + match.to.length;
  }
  return old + text.slice(from, end);
}

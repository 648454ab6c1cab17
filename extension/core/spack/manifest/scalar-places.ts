/**
 * Where the characters of a YAML scalar's value stand in the file: escapes, doubled quotes, folded lines and the indentation
 * of blocks make the two differ (YAML 1.2.2, chapters 7.3 and 8.1).
 */

/** Offsets in the file, one for each UTF-16 unit of `value` and one for its end. `start` and `length` are the scalar's, quotes included. */
export function scalarPlaces(text: string, start: number, length: number, value: string): readonly number[] {
  const source = text.slice(start, start + length);
  const first = source[0];
  if (first === '"' || first === "'") {
    const closed = source.length > 1 && source.at(-1) === first;
    const inside = source.slice(1, closed ? -1 : undefined);
    return aligned(inside, value, first === '"' ? "double" : "single").map((at) => at + start + 1);
  }
  if (first === "|" || first === ">") {
    const header = source.indexOf("\n") + 1;
    return aligned(source.slice(header), value, "block").map((at) => at + start + header);
  }
  return aligned(source, value, "plain").map((at) => at + start);
}

type Style = "double" | "single" | "block" | "plain";

/** Goes through both texts at once; white space that only one of them has is passed over. */
function aligned(source: string, value: string, style: Style): number[] {
  const places: number[] = [];
  let at = 0;
  let index = 0;
  while (index < value.length) {
    if (style === "block" && isLineStart(source, at)) at = skipIndentation(source, at, value, index);
    const written = style === "double" && source[at] === "\\" ? readEscape(source, at) : undefined;
    if (written !== undefined) {
      for (let unit = 0; unit < written.units; unit += 1) places.push(at);
      index += written.units;
      at = written.end;
      continue;
    }
    const broken = isBreakAhead(source, at)
      ? /^[ \t]*\r?\n\s*/.exec(source.slice(at, at + maxGap))?.[0]
      : undefined;
    if (broken !== undefined && (value[index] === " " || value[index] === "\n")) {
      const folded = /^(?: |\n+)/.exec(value.slice(index))?.[0].length ?? 1;
      for (let unit = 0; unit < folded; unit += 1) places.push(at);
      index += folded;
      at += style === "block" ? broken.lastIndexOf("\n") + 1 : broken.length;
      continue;
    }
    if (source[at] !== value[index] && isSpace(source[at])) {
      at += 1;
      continue;
    }
    places.push(Math.min(at, source.length));
    at += style === "single" && source[at] === "'" && source[at + 1] === "'" ? 2 : 1;
    index += 1;
  }
  places.push(Math.min(at, source.length));
  return places;
}

/** The longest stretch of empty lines that is looked at in one piece. */
const maxGap = 2000;

function isSpace(character: string | undefined): boolean {
  return character === " " || character === "\t" || character === "\n" || character === "\r";
}

function isLineStart(source: string, at: number): boolean {
  return at === 0 || source[at - 1] === "\n";
}

function isBreakAhead(source: string, at: number): boolean {
  let next = at;
  while (source[next] === " " || source[next] === "\t" || source[next] === "\r") next += 1;
  return source[next] === "\n";
}

/** The block's indentation is what the value does not have. */
function skipIndentation(source: string, at: number, value: string, index: number): number {
  const spaces = /^ */.exec(source.slice(at, at + maxGap))?.[0].length ?? 0;
  const kept = /^ */.exec(value.slice(index, index + maxGap))?.[0].length ?? 0;
  return at + Math.max(spaces - kept, 0);
}

interface Escape {
  readonly end: number;
  /** How many UTF-16 units of the value it stands for. */
  readonly units: number;
}

function readEscape(source: string, at: number): Escape {
  const sign = source[at + 1];
  if (sign === "\n" || sign === "\r") {
    const gap = /^\\\r?\n[ \t]*/.exec(source.slice(at, at + maxGap))?.[0].length ?? 2;
    return { end: at + gap, units: 0 };
  }
  const digits = sign === "x" ? 2 : sign === "u" ? 4 : sign === "U" ? 8 : 0;
  const code = digits === 0 ? 0 : Number.parseInt(source.slice(at + 2, at + 2 + digits), 16);
  return { end: at + 2 + digits, units: code > 0xffff ? 2 : 1 };
}

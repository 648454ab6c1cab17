/** The part of a shared file that Sygaldry keeps: the lines between two marker lines. What is around it is never touched. */

export const beginLine = "# >>> sygaldry >>>";
export const endLine = "# <<< sygaldry <<<";

export type FoundBlock =
  | { readonly kind: "none" }
  /** Offsets of the begin line's first character and behind the end line's text; `body` is between them, lines ending in LF. */
  | { readonly kind: "block"; readonly start: number; readonly end: number; readonly body: string }
  /** A marker line that has no partner, or one too many. */
  | { readonly kind: "damaged"; readonly line: number; readonly problem: string };

/** Finds the block of a text. Marker lines may be indented and may end in blanks. */
export function findBlock(text: string): FoundBlock {
  const markers = [...text.matchAll(/^[ \t]*# (>>>|<<<) sygaldry (?:>>>|<<<)[ \t]*\r?$/gm)];
  const [first, second, third] = markers;
  if (first === undefined) return { kind: "none" };
  const damaged = (marker: RegExpExecArray, problem: string): FoundBlock => ({
    ...{ kind: "damaged", line: lineAt(text, marker.index), problem },
  });
  if (first[1] === "<<<") return damaged(first, `there is no \`${beginLine}\` before it`);
  if (second === undefined) return damaged(first, `there is no \`${endLine}\` after it`);
  if (second[1] === ">>>") return damaged(second, `the block before it has no \`${endLine}\``);
  if (third !== undefined) return damaged(third, "there is a whole block before it");
  const from = text.indexOf("\n", first.index) + 1;
  const end = second.index + second[0].replace(/\r$/, "").length;
  return { kind: "block", start: first.index, end, body: toLf(text.slice(from, second.index)) };
}

/** The block as it is in a file: its body between the marker lines, without a line end after the last. */
function blockText(body: string): string {
  return `${beginLine}\n${body}${endLine}`;
}

/** The text with this block in place of the one that it has, else at its top or bottom, in the line ends of the text. */
export function putBlock(text: string, body: string, place: "top" | "bottom"): string {
  const newline = lineEnd(text);
  const block = blockText(body).replaceAll("\n", newline);
  const found = findBlock(text);
  if (found.kind === "block") return text.slice(0, found.start) + block + text.slice(found.end);
  if (text.trim() === "") return `${text.startsWith(mark) ? mark : ""}${block}${newline}`;
  if (place === "bottom") {
    const whole = text.endsWith("\n") ? text : text + newline;
    const gap = /\n\r?\n$/.test(whole) ? "" : newline;
    return `${whole}${gap}${block}${newline}`;
  }
  const at = headerEnd(text);
  return `${text.slice(0, at)}${block}${newline}${newline}${text.slice(at)}`;
}

/** The text without its block and without the empty line that set it off. */
export function takeBlock(text: string): string {
  const found = findBlock(text);
  if (found.kind !== "block") return text;
  const before = text.slice(0, found.start);
  const after = text.slice(found.end).replace(/^\r?\n/, "");
  return before === "" || before === mark
    ? before + after.replace(/^\r?\n/, "")
    : before.replace(/\n\r?\n$/, "\n") + after;
}

/** The text with the lines of its block emptied, so that every line keeps its number. */
export function withoutBlock(text: string): string {
  const found = findBlock(text);
  if (found.kind !== "block") return text;
  const lines = text.slice(found.start, found.end).replace(/[^\n]/g, "");
  return text.slice(0, found.start) + lines + text.slice(found.end);
}

/** The byte order mark, in the Latin-1 in which files are read so that no byte of theirs is lost. */
const mark = "\u00ef\u00bb\u00bf";

/** Behind a leading comment that is set off by an empty line: a licence, an editor's mode line. */
function headerEnd(text: string): number {
  const start = text.startsWith(mark) ? mark.length : 0;
  const [header] = /^(?:#[^\n]*\n)+[ \t]*\r?\n/.exec(text.slice(start)) ?? [""];
  return start + header.length;
}

function lineEnd(text: string): "\n" | "\r\n" {
  const all = text.split("\n").length - 1;
  const windows = text.split("\r\n").length - 1;
  return windows * 2 > all ? "\r\n" : "\n";
}

function toLf(text: string): string {
  return text.replaceAll("\r\n", "\n");
}

function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split("\n").length;
}

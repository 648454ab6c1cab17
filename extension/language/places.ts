import type { Position, Range } from "vscode-languageserver";
import type { TextDocument } from "vscode-languageserver-textdocument";

/** What a position's `character` counts: UTF-16 units, which every client knows, or bytes. */
export type PositionEncoding = "utf-16" | "utf-8";

/** UTF-16 wherever the client takes it; before LSP 3.17 there is nothing else. */
export function chooseEncoding(offered: readonly string[] | undefined): PositionEncoding {
  return offered === undefined ||
    offered.length === 0 ||
    offered.includes("utf-16") ||
    !offered.includes("utf-8")
    ? "utf-16"
    : "utf-8";
}

/** Between offsets in a text (UTF-16 units) and positions as the client counts them. */
export interface Places {
  position(offset: number): Position;
  offset(position: Position): number;
  range(offset: number, length: number): Range;
}

export function placesOf(document: TextDocument, encoding: PositionEncoding): Places {
  const line = (number: number) =>
    document.getText({ start: { line: number, character: 0 }, end: { line: number + 1, character: 0 } });
  const position = (offset: number): Position => {
    const at = document.positionAt(offset);
    if (encoding === "utf-16") return at;
    return { line: at.line, character: Buffer.byteLength(line(at.line).slice(0, at.character)) };
  };
  return {
    position,
    offset: (at) =>
      document.offsetAt(
        encoding === "utf-16" ? at : { line: at.line, character: unitsOf(line(at.line), at.character) },
      ),
    range: (offset, length) => ({ start: position(offset), end: position(offset + length) }),
  };
}

/** How many UTF-16 units the first `bytes` bytes of a line are; a position within a character counts as before it. */
function unitsOf(line: string, bytes: number): number {
  let left = bytes;
  let units = 0;
  for (const character of line) {
    left -= Buffer.byteLength(character);
    if (left < 0) break;
    units += character.length;
  }
  return units;
}

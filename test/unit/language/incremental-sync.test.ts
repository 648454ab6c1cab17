import path from "node:path";
import { describe, expect, test } from "vitest";
import { DocumentSymbolRequest, type Position } from "vscode-languageserver/node";
import { startClient } from "../../support/language-client.ts";

/** Numbers from 0 up to but without `below`, the same ones every time. */
function randomNumbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const pieces = [
  "zlib",
  " ",
  "\n",
  "\r\n",
  "\t",
  "- ",
  "spack:\n",
  "  specs:\n",
  "é",
  "😀",
  "'",
  '"',
  "#",
  "&a ",
  "*a",
  "@1",
  ": ",
  "[",
  "]",
];

/** A position as the client counts it. */
function positionOf(text: string, offset: number, bytes: boolean): Position {
  const before = text.slice(0, offset);
  const lines = before.split(/\r\n|\n|\r/);
  const last = lines.at(-1) ?? "";
  return { line: lines.length - 1, character: bytes ? Buffer.byteLength(last) : last.length };
}

/** No place within a pair of surrogates, nor between CR and LF, is one that an editor can name. */
function atBoundary(text: string, offset: number): number {
  const inPair = /[\udc00-\udfff]/.test(text[offset] ?? "") && /[\ud800-\udbff]/.test(text[offset - 1] ?? "");
  return inPair || (text[offset] === "\n" && text[offset - 1] === "\r") ? offset - 1 : offset;
}

describe("incremental sync (unit)", () => {
  test.each([
    ["utf-16", false],
    ["utf-8", true],
  ])("after 1,000 random edits in %s the state is that of a fresh document", async (encoding, bytes) => {
    const client = await startClient({ capabilities: { general: { positionEncodings: [encoding] } } });
    const random = randomNumbers(bytes ? 7 : 11);
    let text = "spack:\n  specs:\n  - zlib # é😀\n  - hdf5\n";
    const folder = "/nonexistent/edited";
    const uri = await client.open(path.join(folder, "spack.yaml"), text);
    for (let edit = 0; edit < 1000; edit += 1) {
      const start = atBoundary(text, random(text.length + 1));
      const end = atBoundary(text, Math.min(start + random(text.length > 400 ? 12 : 6), text.length));
      const piece = pieces[random(pieces.length)] ?? "";
      const range = {
        start: positionOf(text, start, bytes),
        end: positionOf(text, Math.max(end, start), bytes),
      };
      text = text.slice(0, start) + piece + text.slice(Math.max(end, start));
      await client.change(uri, piece, range);
    }
    const fresh = await client.open(path.join(folder, "fresh", "spack.yaml"), text);
    expect(await client.diagnostics(uri)).toEqual(await client.diagnostics(fresh));
    const symbols = (of: string) =>
      client.connection.sendRequest(DocumentSymbolRequest.type, { textDocument: { uri: of } });
    expect(await symbols(uri)).toEqual(await symbols(fresh));
    // Where the text ends is told by what is written there.
    await client.change(uri, "\n@@: [", {
      start: positionOf(text, text.length, bytes),
      end: positionOf(text, text.length, bytes),
    });
    await client.change(fresh, `${text}\n@@: [`);
    expect(await client.diagnostics(uri)).toEqual(await client.diagnostics(fresh));
    await client.stop();
  });
});

import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import {
  CodeLensRequest,
  DefinitionRequest,
  DocumentSymbolRequest,
  FoldingRangeRequest,
  HoverRequest,
  InlayHintRequest,
  type Location,
  type Position,
} from "vscode-languageserver/node";
import { cursors, type LanguageClient, startClient, textIn } from "../../support/language-client.ts";
import { spackFixture } from "../../support/spack-fixtures.ts";

let folder: string;
let client: LanguageClient;
beforeAll(async () => {
  client = await startClient({ initializationOptions: { commands: ["sygaldry.spack.graph"] } });
});
afterAll(async () => {
  expect(await client.stop()).toBe(0);
});
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "sygaldry-language-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const open = (text: string) => client.open(path.join(folder, "spack.yaml"), text);

async function locked(fixture: string): Promise<string> {
  await cp(spackFixture(fixture, "spack.lock"), path.join(folder, "spack.lock"));
  return readFile(spackFixture(fixture, "spack.yaml"), "utf8");
}

async function hover(uri: string, position: Position | undefined) {
  if (position === undefined) throw new Error("the text has no cursor");
  const answer = await client.connection.sendRequest(HoverRequest.type, { textDocument: { uri }, position });
  if (answer === null) return undefined;
  const { contents, range } = answer;
  return { text: typeof contents === "object" && "value" in contents ? contents.value : "", range };
}

async function definition(marked: string): Promise<readonly Location[]> {
  const { text, at } = cursors(marked);
  const uri = await open(text);
  const position = at[0] ?? { line: 0, character: 0 };
  const answer = await client.connection.sendRequest(DefinitionRequest.type, {
    textDocument: { uri },
    position,
  });
  await client.close(uri);
  return (answer ?? []) as readonly Location[];
}

describe("features for spack.yaml (unit)", () => {
  test("hover on a root tells what it was solved to, and underlines the part", async () => {
    const { text, at } = cursors((await locked("medium")).replace("hdf5", "hd¦f5"));
    const uri = await open(text);
    const found = await hover(uri, at[0]);
    expect(found?.range && textIn(text, found.range)).toBe("hdf5");
    expect(found?.text).toMatch(/^\*\*hdf5\*\* `1\.14\.\d+`: /);
    expect(found?.text).toMatch(/Compiler `gcc@[\d.]+` \(c, cxx\)|Compiler `gcc@[\d.]+` \(c\)/);
    expect(found?.text).toMatch(/Target `linux-debian12-\w+`, hash `\w{7}`/);
    expect(found?.text).toMatch(/Needs .*`openmpi@/);
    await client.close(uri);
  });

  test("hover on a package of `packages` tells who uses it, on a key what it means", async () => {
    const marked = `${await locked("medium")}\n  packages:\n    openm¦pi:\n      req¦uire: '@4:'\n`;
    const { text, at } = cursors(marked.replace(/\n {2}packages:[\s\S]*?(?=\n {2}\w)/, ""));
    const uri = await open(text);
    expect((await hover(uri, at[0]))?.text).toMatch(/\*\*openmpi\*\*[\s\S]*Used by the roots? .*`hdf5`/);
    expect((await hover(uri, at[1]))?.text).toContain("the solve fails otherwise");
    await client.close(uri);
  });

  test("hover elsewhere says nothing, nor does it on what is no YAML", async () => {
    const { text, at } = cursors("spack: # no¦thing\n  specs: [\n");
    const uri = await open(text);
    expect(await hover(uri, at[0])).toBeUndefined();
    await client.close(uri);
  });

  test("inlay hints show the solved version after each root of the range that is asked for", async () => {
    const text = await locked("large");
    const uri = await open(text);
    const lines = text.split("\n");
    const ask = (first: number, last: number) =>
      client.connection.sendRequest(InlayHintRequest.type, {
        textDocument: { uri },
        range: { start: { line: first, character: 0 }, end: { line: last, character: 0 } },
      });
    const all = (await ask(0, lines.length)) ?? [];
    expect(all).toHaveLength(83);
    const hdf5 = all.find(({ position }) => lines[position.line]?.includes("- hdf5"));
    expect(hdf5?.label).toMatch(/^→ 1\.\d+\.\d+/);
    expect(hdf5?.position.character).toBe(lines[hdf5?.position.line ?? 0]?.length);
    expect(await ask(5, 6)).toHaveLength(2);
    await client.close(uri);
  });

  test("symbols and folds follow the structure, with anchors, comments and several lines", async () => {
    const text =
      "# one\n# two\nspack:\n  definitions:\n  - all: &a\n    - zlib\n    - >-\n      hdf5\n      +mpi\n  specs: *a\n  view: true\n";
    const uri = await open(text);
    const symbols = await client.connection.sendRequest(DocumentSymbolRequest.type, {
      textDocument: { uri },
    });
    const names = (list: readonly unknown[] | null | undefined): unknown =>
      (list ?? []).map((one) => {
        const { name, children } = one as { name: string; children?: unknown[] };
        return children === undefined ? name : { [name]: names(children) };
      });
    expect(names(symbols)).toEqual([
      { spack: [{ definitions: [{ all: ["zlib", "hdf5 +mpi"] }] }, "specs", "view"] },
    ]);
    const folds = await client.connection.sendRequest(FoldingRangeRequest.type, { textDocument: { uri } });
    expect((folds ?? []).map(({ startLine, endLine }) => [startLine, endLine])).toEqual([
      [2, 10],
      [3, 8],
      [4, 8],
      [0, 1],
    ]);
    await client.close(uri);
  });

  test("definition of $name, of an include, of an included environment", async () => {
    const text = "spack:\n  definitions:\n  - mpis: [mpich]\n  - more: [$mp¦is]\n  specs: []\n";
    expect((await definition(text)).map(({ range }) => range.start)).toEqual([{ line: 2, character: 4 }]);
    const matrix =
      "spack:\n  definitions:\n  - mpis: [mpich]\n  - mpis: [openmpi]\n  specs:\n  - matrix:\n    - [hdf5]\n    - ['$^mp¦is']\n";
    expect((await definition(matrix)).map(({ range }) => range.start.line)).toEqual([2, 3]);
    await mkdir(path.join(folder, "more"));
    await writeFile(path.join(folder, "more", "own.yaml"), "packages: {}\n");
    const include = await definition("spack:\n  include:\n  - path: more/o¦wn.yaml\n  specs: []\n");
    expect(include.map(({ uri }) => path.basename(uri))).toEqual(["own.yaml"]);
    const environment = await definition("spack:\n  include_concrete: [../oth¦er]\n  specs: []\n");
    expect(environment.map(({ uri }) => uri.split("/").slice(-2).join("/"))).toEqual(["other/spack.yaml"]);
  });

  test("code lenses name the state; a command that the client cannot run is a title alone", async () => {
    const uri = await open(await locked("tiny"));
    const lenses =
      (await client.connection.sendRequest(CodeLensRequest.type, { textDocument: { uri } })) ?? [];
    expect(
      lenses.slice(0, 4).map(({ command }) => [command?.title.replace(/ [(✓].*/, ""), command?.command]),
    ).toEqual([
      ["concretize", ""],
      ["install", ""],
      ["graph", "sygaldry.spack.graph"],
      ["diff with HEAD", ""],
    ]);
    expect(lenses[2]?.command?.arguments).toEqual([folder]);
    await client.close(uri);
  });
});

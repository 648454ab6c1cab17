import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Diagnostic } from "vscode-languageserver/node";
import { type LanguageClient, messageText, startClient, textIn } from "../../support/language-client.ts";
import { spackFixture } from "../../support/spack-fixtures.ts";

let folder: string;
let client: LanguageClient;
beforeAll(async () => {
  client = await startClient();
});
afterAll(async () => {
  expect(await client.stop()).toBe(0);
});
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "sygaldry-language-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function diagnosticsOf(text: string, name = "spack.yaml"): Promise<readonly Diagnostic[]> {
  const uri = await client.open(path.join(folder, name), text);
  const found = await client.diagnostics(uri);
  await client.close(uri);
  return found;
}

/** `code: what is underlined`, without the notice that there is no lock. */
async function marks(text: string, name?: string): Promise<readonly string[]> {
  const found = await diagnosticsOf(text, name);
  return found
    .filter(({ code }) => code !== "no-lock")
    .map(({ code, range }) => `${code}: ${textIn(text, range)}`);
}

async function locked(fixture: string): Promise<string> {
  await cp(spackFixture(fixture, "spack.lock"), path.join(folder, "spack.lock"));
  return readFile(spackFixture(fixture, "spack.yaml"), "utf8");
}

describe("diagnostics of spack.yaml (unit)", () => {
  test("every mistake of the YAML", async () => {
    const found = await diagnosticsOf("spack:\n  specs: [zlib\n  view: *none\n");
    expect(found.map(({ code, range }) => `${code} ${range.start.line}`)).toEqual(["yaml 2", "yaml 2"]);
    expect(found.map(messageText).join()).toContain("there is no anchor &none");
  });

  test("keys that Spack does not know, with what was meant, and values of the wrong kind", async () => {
    const text =
      "spack:\n  spects: [zlib]\n  concretizer:\n    unify: sometimes\n  packages:\n    all:\n      compiler: [gcc]\n";
    expect(await marks(text)).toEqual(["unknown-key: spects", "shape: sometimes", "deprecated: compiler"]);
    expect((await diagnosticsOf(text)).map(messageText).join()).toContain('did you mean "specs"?');
  });

  test.each([
    ["plain", "  - zlib@@1\n"],
    ["in quotes", "  - 'zlib@@1'\n"],
    ["after a tab and a wide character", '  - "zlib\t@@1"\n'],
    ["after an escape", '  - "zl\\x69b@@1"\n'],
    ["over several lines", "  - zlib\n    @@1\n"],
    ["in a block", "  - >-\n    zlib\n    @@1\n"],
    ["behind an anchor", "  - &z zlib@@1\n"],
  ])("the exact place of what is no spec: %s", async (_, item) => {
    const [mark] = await marks(`spack:\n  specs:\n${item}`);
    expect(mark).toMatch(/^spec-syntax: @@?$/);
  });

  test("with lines that end in CR LF, and characters outside the basic plane", async () => {
    expect(await marks("spack:\r\n  # 😀\r\n  specs: [ 'zlib@@1' ]\r\n")).toEqual(["spec-syntax: @"]);
  });

  test("a root that the lock lacks, and one that nobody asks for", async () => {
    const text = (await locked("tiny")).replace(/zstd[^\n]*/, "lz4");
    const found = await diagnosticsOf(text);
    expect(found.map(({ code, range }) => `${code}: ${textIn(text, range)}`)).toEqual([
      "root-removed: specs",
      "root-added: lz4",
    ]);
  });

  test("nothing where lock and manifest agree", async () => {
    for (const fixture of ["tiny", "medium", "large"]) {
      await locked(fixture).then(async (text) => expect(await marks(text), fixture).toEqual([]));
    }
  });

  test("roots that are asked for twice", async () => {
    const text = "spack:\n  specs:\n  - zlib +pic\n  - zstd\n  - zlib+pic\n";
    expect(await marks(text)).toEqual(["duplicate-root: zlib+pic"]);
  });

  test("what the lock has otherwise than it is now asked for", async () => {
    const text = `${(await locked("tiny")).replace(/- zlib\b[^\n]*/, "- zlib@1.2:1.2.99")}\n  packages:\n    zstd:\n      require: '@1.4'\n`;
    const found = (await diagnosticsOf(text)).filter(({ code }) => code === "contradicts-lock");
    expect(found.map(({ range }) => textIn(text, range))).toEqual(["zlib@1.2:1.2.99", "'@1.4'"]);
  });

  test("what is wrong in an included file is told with a link to it", async () => {
    await mkdir(path.join(folder, "more"));
    await writeFile(path.join(folder, "more", "packages.yaml"), "packages:\n  all:\n    requires: [a]\n");
    const [problem] = (await diagnosticsOf("spack:\n  include: [more]\n  specs: []\n")).filter(
      ({ code }) => code === "unknown-key",
    );
    expect(problem?.relatedInformation?.[0]?.location.uri).toMatch(/more\/packages\.yaml$/);
    expect(await marks("packages:\n  all:\n    requires: [a]\n", "packages.yaml")).toEqual([
      "unknown-key: requires",
    ]);
  });
});

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { loadConfig } from "../../../extension/core/project/config.ts";
import { type LanguageClient, messageText, startClient, textIn } from "../../support/language-client.ts";

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

const file = () => path.join(folder, "sygaldry.yaml");

/** What the CLI prints for the same text. */
async function cliLines(text: string): Promise<readonly string[]> {
  await writeFile(file(), text);
  const failure: unknown = await loadConfig({ cwd: folder, file: file() }).then(
    () => new Error(""),
    (error: unknown) => error,
  );
  return failure instanceof Error && failure.message !== "" ? failure.message.split("\n") : [];
}

describe("diagnostics of sygaldry.yaml (unit)", () => {
  test.each([
    ["an unknown key", "proiect:\n  id: a\n", ["proiect"]],
    ["a wrong value", "gpu: maybe\nuser:\n  name: root\n  sudo: 3\n", ["maybe", "root", "3"]],
    ["what is no YAML", "project: [\n", undefined],
    ["a base that is not there", "extends: base.yaml\n", ["base.yaml"]],
    ["CR LF and wide characters", "# 😀\r\nenv: {A: é}\r\nprojekt: 1\r\n", ["projekt"]],
    ["nothing wrong", "project:\n  id: a\n", []],
  ])("has the words of the CLI: %s", async (_, text, marked) => {
    const uri = await client.open(file(), text);
    const found = await client.diagnostics(uri);
    const shown = found.map(
      (one) => `${file()}:${one.range.start.line + 1}:${one.range.start.character + 1}: ${messageText(one)}`,
    );
    expect(shown).toEqual(await cliLines(text));
    if (marked !== undefined) expect(found.map(({ range }) => textIn(text, range))).toEqual(marked);
    await client.close(uri);
  });

  test("a base that is open counts as it is in the editor", async () => {
    await writeFile(path.join(folder, "base.yaml"), "gpu: off\n");
    const base = await client.open(path.join(folder, "base.yaml"), "gpu: maybe\n");
    const uri = await client.open(file(), "extends: base.yaml\n");
    const [problem] = await client.diagnostics(uri);
    expect(problem?.message).toContain("base.yaml:1:6: gpu:");
    await client.close(base);
    await client.close(uri);
  });
});

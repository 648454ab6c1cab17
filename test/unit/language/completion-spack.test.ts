import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import {
  type CompletionItem,
  CompletionItemKind,
  CompletionRequest,
  DefinitionRequest,
  type Location,
} from "vscode-languageserver/node";
import { cursors, type LanguageClient, startClient } from "../../support/language-client.ts";
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

const repository = spackFixture("demo/package-repo/spack_repo/demo");
const withRepository = `spack:\n  repos:\n    demo: ${repository}\n`;

async function complete(marked: string): Promise<readonly CompletionItem[]> {
  const { text, at } = cursors(marked);
  await writeFile(path.join(folder, "spack.yaml"), withRepository);
  const uri = await client.open(path.join(folder, "spack.yaml"), text);
  const answer = await client.connection.sendRequest(CompletionRequest.type, {
    textDocument: { uri },
    position: at[0] ?? { line: 0, character: 0 },
  });
  await client.close(uri);
  return answer === null ? [] : Array.isArray(answer) ? answer : answer.items;
}

const labels = async (marked: string) => (await complete(marked)).map(({ label }) => label);

/** Of what is offered the packages alone: where a spec stands, keys such as `matrix` may too. */
const packages = async (marked: string) =>
  (await complete(marked))
    .filter(({ kind }) => kind === CompletionItemKind.Module)
    .map(({ label }) => label)
    .sort();

/** What the document's line becomes when the first completion with this label is taken. */
async function taken(marked: string, label: string): Promise<string | undefined> {
  const item = (await complete(marked)).find((one) => one.label === label);
  const edit = item?.textEdit;
  if (edit === undefined || !("range" in edit)) return undefined;
  const line = cursors(marked).text.split("\n")[edit.range.start.line] ?? "";
  return line.slice(0, edit.range.start.character) + edit.newText + line.slice(edit.range.end.character);
}

const demo = ["demo-base", "demo-cli", "demo-fail", "demo-gen", "demo-math", "demo-patched", "py-demo-stats"];

describe("completion in spack.yaml (unit)", () => {
  test("keys of the section that the cursor is in, without those that are there", async () => {
    expect(await labels("spack:\n  view: true\n  spe¦\n")).toEqual(
      expect.arrayContaining(["specs", "packages", "concretizer"]),
    );
    expect(await labels("spack:\n  view: true\n  spe¦\n")).not.toContain("view");
    expect(await labels("spack:\n  concretizer:\n    ¦\n")).toEqual(
      expect.arrayContaining(["unify", "reuse"]),
    );
    expect(await taken("spack:\n  concretizer:\n    un¦: true\n", "unify")).toBe("    unify: true");
    const [unify] = (await complete("spack:\n  concretizer: {un¦}\n")).filter(
      ({ label }) => label === "unify",
    );
    expect(unify?.documentation).toMatchObject({ value: expect.stringContaining("for all roots") });
  });

  test("values that a key can have", async () => {
    expect(await labels("spack:\n  concretizer:\n    unify: wh¦\n")).toEqual([
      "true",
      "false",
      "when_possible",
    ]);
    expect(await labels("spack:\n  view:\n    a:\n      root: x\n      link: ¦\n")).toEqual([
      "roots",
      "all",
      "run",
    ]);
  });

  test("packages at the beginning of a spec and after a sign, nowhere else in it", async () => {
    expect(await packages("spack:\n  specs:\n  - ¦\n")).toEqual(demo);
    expect(await labels("spack:\n  specs:\n  - ¦\n")).toContain("matrix");
    expect(await packages("spack:\n  specs: [demo-cli, demo-¦]\n")).toEqual(demo);
    expect(await taken("spack:\n  specs:\n  - demo-cli ^demo-m¦\n", "demo-math")).toBe(
      "  - demo-cli ^demo-math",
    );
    expect(await taken("spack:\n  specs: ['demo-cli %dem¦']\n", "demo-gen")).toBe(
      "  specs: ['demo-cli %demo-gen']",
    );
    expect(await labels("spack:\n  specs:\n  - demo-cli@1¦\n")).toEqual([]);
    expect(await labels("spack:\n  specs:\n  - demo-cli # not¦\n")).toEqual([]);
  });

  test("packages as keys of `packages`, definitions after $", async () => {
    expect(await labels("spack:\n  packages:\n    demo-¦:\n      buildable: false\n")).toEqual(
      expect.arrayContaining(demo),
    );
    expect(await labels("spack:\n  packages:\n    demo-cli:\n      req¦\n")).toContain("require");
    const definitions =
      "spack:\n  definitions:\n  - mpis: [mpich]\n  - tools: [cmake]\n    when: 'True'\n  specs:\n  - $^¦\n";
    expect(await labels(definitions)).toEqual(["$^mpis", "$^tools"]);
    expect(await taken(definitions, "$^mpis")).toBe("  - $^mpis");
  });

  test("a repository that vanishes has no packages, and comes back", async () => {
    const own = path.join(folder, "repo");
    const make = async () => {
      await mkdir(path.join(own, "packages", "py_mine"), { recursive: true });
      await mkdir(path.join(own, "packages", "_7mine"), { recursive: true });
      await writeFile(path.join(own, "repo.yaml"), "repo:\n  namespace: mine\n  api: v2.2\n");
    };
    const ask = async () => {
      const text = `spack:\n  repos:\n    mine: ${own}\n  specs: [m]\n`;
      await writeFile(path.join(folder, "spack.yaml"), text);
      const uri = await client.open(path.join(folder, "spack.yaml"), text);
      const position = { line: 3, character: 11 };
      const answer = await client.connection.sendRequest(CompletionRequest.type, {
        textDocument: { uri },
        position,
      });
      await client.close(uri);
      return (answer as { items: CompletionItem[] }).items
        .filter(({ kind }) => kind === CompletionItemKind.Module)
        .map(({ label }) => label)
        .sort();
    };
    await make();
    expect(await ask()).toEqual(["7mine", "py-mine"]);
    await rm(own, { recursive: true });
    expect(await ask()).toEqual([]);
    await make();
    expect(await ask()).toEqual(["7mine", "py-mine"]);
  });

  test("a package leads to the class of its recipe", async () => {
    const { text, at } = cursors(`${withRepository}  specs:\n  - demo-cli ^demo-m¦ath\n`);
    await writeFile(path.join(folder, "spack.yaml"), text);
    const uri = await client.open(path.join(folder, "spack.yaml"), text);
    const position = at[0] ?? { line: 0, character: 0 };
    const answer = await client.connection.sendRequest(DefinitionRequest.type, {
      textDocument: { uri },
      position,
    });
    expect(((answer ?? []) as Location[]).map((one) => one.uri.split("/").slice(-2).join("/"))).toEqual([
      "demo_math/package.py",
    ]);
    await client.close(uri);
  });
});

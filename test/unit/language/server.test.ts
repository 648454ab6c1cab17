import { cp, mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  CancellationTokenSource,
  CompletionRequest,
  ConfigurationRequest,
  DidChangeWatchedFilesNotification,
  DocumentSymbolRequest,
  HoverRequest,
  RegistrationRequest,
} from "vscode-languageserver/node";
import { cursors, type LanguageClient, startClient } from "../../support/language-client.ts";
import { spackFixture } from "../../support/spack-fixtures.ts";

let folder: string;
let client: LanguageClient | undefined;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "sygaldry-language-"));
});
afterEach(async () => {
  client?.connection.dispose();
  client = undefined;
  await rm(folder, { recursive: true, force: true });
});

const file = () => path.join(folder, "spack.yaml");

describe("language server life (unit)", () => {
  test("answers 0 after shutdown and exit, 1 after exit alone", async () => {
    client = await startClient();
    expect(client.initialized.serverInfo?.name).toBe("sygaldry");
    expect(await client.stop()).toBe(0);
    client = await startClient();
    await client.connection.sendNotification("exit");
    expect(await client.exit).toBe(1);
  });

  test("counts in UTF-16 wherever it may, in bytes for a client that offers nothing else", async () => {
    const encodings = [undefined, ["utf-16"], ["utf-8", "utf-16"], ["utf-32"], ["utf-8"]];
    const chosen: unknown[] = [];
    for (const positionEncodings of encodings) {
      client = await startClient({
        capabilities: { ...(positionEncodings && { general: { positionEncodings } }) },
      });
      chosen.push(client.initialized.capabilities.positionEncoding);
      await client.stop();
    }
    expect(chosen).toEqual(["utf-16", "utf-16", "utf-16", "utf-16", "utf-8"]);
  });

  test("understands changes and answers in bytes", async () => {
    client = await startClient({ capabilities: { general: { positionEncodings: ["utf-8"] } } });
    const uri = await client.open(file(), "spack: {specs: [zlib]} # 😀é\n");
    const [, before] = cursors("spack: {specs: [zlib]} # 😀é\n").text.split("#");
    // After the emoji (4 bytes) and é (2 bytes) the line goes on.
    const character = 23 + Buffer.byteLength(`#${before?.trimEnd()}`);
    await client.change(uri, "\n  view: @@", { start: { line: 0, character }, end: { line: 0, character } });
    const [problem] = await client.diagnostics(uri);
    expect(problem).toMatchObject({ code: "yaml" });
    await client.change(uri, "spack:\n  specs:\n  - 'é@@1'\n");
    expect((await client.diagnostics(uri))[0]?.range).toEqual({
      start: { line: 2, character: 5 },
      end: { line: 2, character: 7 },
    });
  });

  test("asks for the settings, and to be told of files, where the client can", async () => {
    const registered: string[] = [];
    const asked: unknown[] = [];
    client = await startClient({
      capabilities: {
        workspace: {
          configuration: true,
          didChangeConfiguration: { dynamicRegistration: true },
          didChangeWatchedFiles: { dynamicRegistration: true },
        },
      },
      prepare(connection) {
        connection.onRequest(RegistrationRequest.type, ({ registrations }) => {
          registered.push(...registrations.map(({ method }) => method));
        });
        connection.onRequest(ConfigurationRequest.type, ({ items }) => {
          asked.push(...items);
          return items.map(() => ({ inlayHints: false }));
        });
      },
    });
    const uri = await client.open(file(), "spack: {specs: []}\n");
    await client.diagnostics(uri);
    expect(registered.sort()).toEqual([
      "workspace/didChangeConfiguration",
      "workspace/didChangeWatchedFiles",
    ]);
    expect(asked).toEqual([{ section: "sygaldry" }]);
  });

  test("answers a request that was taken back as cancelled", async () => {
    client = await startClient();
    const uri = await client.open(file(), await readFile(spackFixture("large", "spack.yaml"), "utf8"));
    const source = new CancellationTokenSource();
    const answer = client.connection.sendRequest(
      DocumentSymbolRequest.type,
      { textDocument: { uri } },
      source.token,
    );
    source.cancel();
    await expect(answer).rejects.toMatchObject({ code: -32800 });
  });

  test("has nothing to say of other files, and of none that are closed", async () => {
    client = await startClient();
    const other = await client.open(path.join(folder, "notes.yaml"), "a: [\n");
    const textDocument = { uri: other };
    expect(
      await client.connection.sendRequest(HoverRequest.type, {
        textDocument,
        position: { line: 0, character: 0 },
      }),
    ).toBeNull();
    const uri = await client.open(file(), "spack: [\n");
    expect(await client.diagnostics(uri)).not.toEqual([]);
    await client.close(uri);
    expect(
      (await client.until((params) => params.uri === uri && params.version === undefined)).diagnostics,
    ).toEqual([]);
    expect(client.published.filter(({ uri: of }) => of === other)).toEqual([]);
  });

  test("takes 20,000 lines, and files in which nothing is right", async () => {
    client = await startClient();
    const lines = Array.from({ length: 20_000 }, (_, index) => `  - 'pkg-${index}@1.${index}'`);
    const uri = await client.open(file(), ["spack:", "  specs:", ...lines, "  - pkg@@1", ""].join("\n"));
    const found = await client.diagnostics(uri);
    expect(found.filter(({ code }) => code === "spec-syntax").map(({ range }) => range.start.line)).toEqual([
      20_002,
    ]);
    await client.close(uri);
    for (const text of [
      "",
      "\0",
      "- a\n- b\n",
      "spack: 3\n",
      "a: &a [*a]\n",
      "\ufeffspack:\n  specs: [z@@]\n",
      "{".repeat(3000),
    ]) {
      const broken = await client.open(file(), text);
      expect(await client.diagnostics(broken), text.slice(0, 20)).toBeInstanceOf(Array);
      const textDocument = { uri: broken };
      const position = { line: 0, character: 1 };
      await client.connection.sendRequest(HoverRequest.type, { textDocument, position });
      await client.connection.sendRequest(CompletionRequest.type, { textDocument, position });
      await client.connection.sendRequest(DocumentSymbolRequest.type, { textDocument });
      await client.close(broken);
    }
    expect(await client.stop()).toBe(0);
  });

  test("sees a lock that is replaced, told of it or not", async () => {
    await cp(spackFixture("tiny", "spack.yaml"), file());
    client = await startClient({ poll: 20 });
    const uri = await client.open(file(), await readFile(file(), "utf8"));
    const codes = (params: { diagnostics: readonly { code?: unknown }[] }) =>
      params.diagnostics.map(({ code }) => code);
    expect((await client.diagnostics(uri)).map(({ code }) => code)).toContain("no-lock");
    await cp(spackFixture("tiny", "spack.lock"), path.join(folder, "new.lock"));
    await rename(path.join(folder, "new.lock"), path.join(folder, "spack.lock"));
    await client.until((params) => params.uri === uri && codes(params).length === 0);
    await writeFile(path.join(folder, "spack.lock"), "{ no lock");
    const broken = await client.until(
      (params) => params.uri === uri && codes(params).includes("SYG-SPACK-LOCK"),
    );
    expect(broken.diagnostics[0]?.message).toContain("spack.lock");
    await client.stop();
    client = await startClient();
    const again = await client.open(file(), await readFile(file(), "utf8"));
    await client.diagnostics(again);
    await cp(spackFixture("tiny", "spack.lock"), path.join(folder, "spack.lock"));
    await client.connection.sendNotification(DidChangeWatchedFilesNotification.type, {
      changes: [{ uri: `file://${folder}/spack.lock`, type: 2 }],
    });
    await client.until((params) => params.uri === again && codes(params).length === 0);
  });
});

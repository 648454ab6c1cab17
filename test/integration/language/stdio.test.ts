import { spawn } from "node:child_process";
import { describe, expect, test } from "vitest";
import {
  createProtocolConnection,
  type Diagnostic,
  DidOpenTextDocumentNotification,
  ExitNotification,
  InitializeRequest,
  PublishDiagnosticsNotification,
  ShutdownRequest,
  StreamMessageReader,
  StreamMessageWriter,
} from "vscode-languageserver/node";
import { inRepository } from "../../support/paths.ts";

function startServer() {
  const server = spawn(process.execPath, [inRepository("dist/cli.cjs"), "language-server", "--stdio"], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const connection = createProtocolConnection(
    new StreamMessageReader(server.stdout),
    new StreamMessageWriter(server.stdin),
  );
  const exit = new Promise<number | null>((resolve) => server.once("exit", resolve));
  connection.listen();
  return { server, connection, exit };
}

const initialize = { processId: process.pid, rootUri: null, capabilities: {} };

describe("sygaldry language-server --stdio (integration)", () => {
  test("serves an editor until it says exit, with the pipe still open", async () => {
    const { connection, exit } = startServer();
    const { serverInfo } = await connection.sendRequest(InitializeRequest.type, initialize);
    expect(serverInfo?.name).toBe("sygaldry");
    const diagnostics = new Promise<readonly Diagnostic[]>((resolve) =>
      connection.onNotification(PublishDiagnosticsNotification.type, (params) => resolve(params.diagnostics)),
    );
    await connection.sendNotification(DidOpenTextDocumentNotification.type, {
      textDocument: {
        uri: "file:///nonexistent/spack.yaml",
        languageId: "yaml",
        version: 1,
        text: "spack: {spex: []}\n",
      },
    });
    expect((await diagnostics).map(({ code }) => code)).toContain("unknown-key");
    await connection.sendRequest(ShutdownRequest.type);
    await connection.sendNotification(ExitNotification.type);
    expect(await exit).toBe(0);
    connection.dispose();
  });

  test("ends when the editor is gone without a word", async () => {
    const { server, connection, exit } = startServer();
    await connection.sendRequest(InitializeRequest.type, initialize);
    connection.dispose();
    server.stdin.end();
    expect(await exit).toBe(1);
  });
});

// Talks to dist/language-server.cjs as an editor does, over a real pipe, and takes times.
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import {
  createProtocolConnection,
  StreamMessageReader,
  StreamMessageWriter,
} from "vscode-languageserver/node";

/** A server of its own process: `{request, open, edit, diagnostics, memory, stop}`. */
export async function startServer() {
  const process_ = spawn(process.execPath, [path.resolve("dist/cli.cjs"), "language-server", "--stdio"], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const connection = createProtocolConnection(
    new StreamMessageReader(process_.stdout),
    new StreamMessageWriter(process_.stdin),
  );
  const published = [];
  let wake = () => {};
  connection.onNotification("textDocument/publishDiagnostics", (params) => {
    published.push(params);
    wake();
  });
  connection.listen();
  await connection.sendRequest("initialize", { processId: process.pid, rootUri: null, capabilities: {} });
  await connection.sendNotification("initialized", {});
  let version = 0;
  return {
    request: (method, params) => connection.sendRequest(method, params),
    async open(file) {
      const uri = pathToFileURL(file).href;
      version += 1;
      const textDocument = { uri, languageId: "yaml", version, text: readFileSync(file, "utf8") };
      await connection.sendNotification("textDocument/didOpen", { textDocument });
      return uri;
    },
    async edit(uri, line, character, text) {
      version += 1;
      const at = { line, character };
      const change = {
        textDocument: { uri, version },
        contentChanges: [{ range: { start: at, end: at }, text }],
      };
      await connection.sendNotification("textDocument/didChange", change);
    },
    /** When the diagnostics of the last version have come. */
    async diagnostics() {
      const found = () => published.find((params) => params.version === version);
      while (found() === undefined) await new Promise((resolve) => (wake = resolve));
      return found().diagnostics;
    },
    /** Megabytes that the server has in memory. */
    memory: () =>
      Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${process_.pid}/status`, "utf8"))?.[1]) / 1024,
    async stop() {
      await connection.sendRequest("shutdown");
      await connection.sendNotification("exit");
      await new Promise((resolve) => process_.once("exit", resolve));
    },
  };
}

import { PassThrough } from "node:stream";
import { pathToFileURL } from "node:url";
import {
  createProtocolConnection,
  type Diagnostic,
  DidChangeTextDocumentNotification,
  DidCloseTextDocumentNotification,
  DidOpenTextDocumentNotification,
  ExitNotification,
  InitializedNotification,
  type InitializeParams,
  InitializeRequest,
  type InitializeResult,
  type Position,
  type ProtocolConnection,
  PublishDiagnosticsNotification,
  type PublishDiagnosticsParams,
  type Range,
  ShutdownRequest,
  StreamMessageReader,
  StreamMessageWriter,
} from "vscode-languageserver/node";
import { serveStreams } from "../../extension/language/stdio.ts";

/** A real client of a real server, both in this process, joined by streams in memory. */
export interface LanguageClient {
  readonly connection: ProtocolConnection;
  readonly initialized: InitializeResult;
  /** The server's exit code. */
  readonly exit: Promise<number>;
  /** All that was published, in order. */
  readonly published: readonly PublishDiagnosticsParams[];
  open(file: string, text: string): Promise<string>;
  change(uri: string, text: string, range?: Range): Promise<void>;
  close(uri: string): Promise<void>;
  /** The diagnostics of the document's present version, when they have come. */
  diagnostics(uri: string): Promise<readonly Diagnostic[]>;
  /** Settles with the next publication that `wanted` is true for, past ones counted. */
  until(wanted: (params: PublishDiagnosticsParams) => boolean): Promise<PublishDiagnosticsParams>;
  stop(): Promise<number>;
}

export interface ClientOptions {
  readonly capabilities?: InitializeParams["capabilities"];
  readonly initializationOptions?: unknown;
  readonly environment?: Record<string, string>;
  readonly poll?: number;
  /** Called before the handshake, to register handlers of the client's side. */
  readonly prepare?: (connection: ProtocolConnection) => void;
}

export async function startClient(options: ClientOptions = {}): Promise<LanguageClient> {
  const toServer = new PassThrough();
  const toClient = new PassThrough();
  const environment = options.environment ?? { HOME: "/nonexistent" };
  const exit = serveStreams(toServer, toClient, {
    environment,
    version: "0",
    delay: 5,
    poll: options.poll ?? 60_000,
  });
  const connection = createProtocolConnection(
    new StreamMessageReader(toClient),
    new StreamMessageWriter(toServer),
  );
  const published: PublishDiagnosticsParams[] = [];
  const waiting = new Set<() => void>();
  connection.onNotification(PublishDiagnosticsNotification.type, (params) => {
    published.push(params);
    for (const wake of [...waiting]) wake();
  });
  options.prepare?.(connection);
  connection.listen();
  const initialized = await connection.sendRequest(InitializeRequest.type, {
    processId: null,
    rootUri: null,
    capabilities: options.capabilities ?? {},
    ...(options.initializationOptions !== undefined && {
      initializationOptions: options.initializationOptions,
    }),
  } as InitializeParams);
  await connection.sendNotification(InitializedNotification.type, {});
  const versions = new Map<string, number>();
  const until: LanguageClient["until"] = (wanted) =>
    new Promise((resolve) => {
      const look = () => {
        const found = published.findLast(wanted);
        if (found === undefined) return;
        waiting.delete(look);
        resolve(found);
      };
      waiting.add(look);
      look();
    });
  return {
    ...{ connection, initialized, exit, published, until },
    async open(file, text) {
      const uri = pathToFileURL(file).href;
      versions.set(uri, 1);
      const textDocument = { uri, languageId: "yaml", version: 1, text };
      await connection.sendNotification(DidOpenTextDocumentNotification.type, { textDocument });
      return uri;
    },
    async change(uri, text, range) {
      const version = (versions.get(uri) ?? 0) + 1;
      versions.set(uri, version);
      const contentChanges = [range === undefined ? { text } : { range, text }];
      await connection.sendNotification(DidChangeTextDocumentNotification.type, {
        textDocument: { uri, version },
        contentChanges,
      });
    },
    close: (uri) =>
      connection.sendNotification(DidCloseTextDocumentNotification.type, { textDocument: { uri } }),
    diagnostics: async (uri) =>
      (await until((params) => params.uri === uri && params.version === versions.get(uri))).diagnostics,
    async stop() {
      await connection.sendRequest(ShutdownRequest.type);
      await connection.sendNotification(ExitNotification.type);
      const code = await exit;
      connection.dispose();
      return code;
    },
  };
}

/** A text with `|` where the cursor is, and that place; with several, all of them. */
export function cursors(marked: string): { readonly text: string; readonly at: readonly Position[] } {
  const at: Position[] = [];
  const lines = marked.split("\n").map((line, index) => {
    const parts = line.split("¦");
    let character = 0;
    for (const part of parts.slice(0, -1)) {
      character += part.length;
      at.push({ line: index, character });
    }
    return parts.join("");
  });
  return { text: lines.join("\n"), at };
}

/** Of a diagnostic; the protocol allows markup as well. */
export function messageText({ message }: Diagnostic): string {
  return typeof message === "string" ? message : message.value;
}

/** What a range of a text holds; positions count UTF-16 units. */
export function textIn(text: string, { start, end }: Range): string {
  const lines = text.split("\n");
  const offset = ({ line, character }: Position) =>
    lines.slice(0, line).reduce((sum, one) => sum + one.length + 1, 0) + character;
  return text.slice(offset(start), offset(end));
}

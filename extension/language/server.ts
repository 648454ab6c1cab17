import {
  CodeLensRefreshRequest,
  type createConnection,
  DidChangeConfigurationNotification,
  DidChangeWatchedFilesNotification,
  type InitializeParams,
  type InitializeResult,
  InlayHintRefreshRequest,
  TextDocumentSyncKind,
  TextDocuments,
} from "vscode-languageserver";
import { messageOf } from "../core/base/errors.ts";
import { fileOf, kindOf, type LanguageDocument, textDocuments } from "./documents.ts";
import { type FeatureContext, featureCapabilities, registerFeatures } from "./features.ts";
import { chooseEncoding, type PositionEncoding, placesOf } from "./places.ts";
import { type LanguagePorts, readSettings } from "./ports.ts";
import { createPublisher } from "./publish.ts";
import { createService } from "./service.ts";

export type ServerConnection = ReturnType<typeof createConnection>;

/** Milliseconds of quiet after a keystroke before the diagnostics are computed. */
const defaultDelay = 40;

export interface ServerOptions {
  readonly version: string;
  /** Milliseconds between a change and its diagnostics. */
  readonly delay?: number;
}

/** What of the client's abilities the server goes by. */
interface ClientAbilities {
  readonly encoding: PositionEncoding;
  readonly watching: boolean;
  readonly configuration: boolean;
  readonly configurationEvents: boolean;
  readonly refresh: { readonly hints: boolean; readonly lenses: boolean };
  /** Commands that the client can run, as its initializationOptions say. */
  readonly commands: readonly string[];
}

/** Serves one client until its connection ends; `listen` of the connection is the caller's. */
export function startServer(
  connection: ServerConnection,
  ports: LanguagePorts,
  options: ServerOptions,
): void {
  let client = abilitiesOf(undefined);
  const documents = new TextDocuments(textDocuments(() => client.encoding));
  const openText = (file: string) =>
    documents
      .all()
      .find(({ uri }) => fileOf(uri) === file)
      ?.getText();
  const service = createService(ports, openText);

  function document(uri: string): LanguageDocument | undefined {
    const text = documents.get(uri);
    const file = fileOf(uri);
    const kind = file === undefined ? undefined : kindOf(file, (one) => service.environments.includes(one));
    if (text === undefined || file === undefined || kind === undefined) return undefined;
    const { version } = text;
    return { uri, file, kind, version, text: text.getText(), places: placesOf(text, client.encoding) };
  }

  const publisher = createPublisher({
    ...{ service, ports, document },
    delay: options.delay ?? defaultDelay,
    send: (uri, version, diagnostics) =>
      void connection
        .sendDiagnostics({ uri, diagnostics: [...diagnostics], ...(version !== undefined && { version }) })
        .catch(ignoreClosed),
    refreshed: refresh,
  });

  /** What the client drew from answers of ours is asked for again. */
  function refresh(): void {
    if (client.refresh.hints) void connection.sendRequest(InlayHintRefreshRequest.type).catch(ignoreClosed);
    if (client.refresh.lenses) void connection.sendRequest(CodeLensRefreshRequest.type).catch(ignoreClosed);
  }

  function allChanged(): void {
    for (const { uri } of documents.all()) publisher.changed(uri);
    refresh();
  }

  async function configure(): Promise<void> {
    if (!client.configuration) return;
    try {
      service.configure(readSettings(await connection.workspace.getConfiguration("sygaldry")));
      allChanged();
    } catch (error) {
      ports.log.warn(`the editor's settings could not be read: ${messageOf(error)}`);
    }
  }

  connection.onInitialize((params) => {
    client = abilitiesOf(params);
    service.configure(readSettings(params.initializationOptions));
    return initializeResult(client, options.version);
  });
  connection.onInitialized(() => {
    if (client.configurationEvents) {
      const section = { section: "sygaldry" };
      void connection.client.register(DidChangeConfigurationNotification.type, section).catch(ignoreClosed);
    }
    if (client.watching) {
      const watchers = watched.map((globPattern) => ({ globPattern }));
      void connection.client
        .register(DidChangeWatchedFilesNotification.type, { watchers })
        .catch(ignoreClosed);
    }
    void configure();
  });
  connection.onDidChangeConfiguration(({ settings }) => {
    if (client.configuration) return void configure();
    const section: unknown =
      typeof settings === "object" && settings !== null ? Reflect.get(settings, "sygaldry") : {};
    service.configure(readSettings(section));
    allChanged();
  });
  connection.onDidChangeWatchedFiles(allChanged);
  documents.onDidChangeContent(({ document: { uri } }) => publisher.changed(uri));
  documents.onDidClose(({ document: { uri } }) => publisher.closed(uri));
  documents.listen(connection);
  connection.onShutdown(() => publisher.dispose());
  const context: FeatureContext = { service, document, commands: () => client.commands };
  registerFeatures(connection, context);
}

const watched = ["**/spack.lock", "**/*.yaml", "**/*.yml", "**/spack.lock.sygaldry.json"];

/** The client has gone; nobody waits for what was to be told. */
function ignoreClosed(): void {}

function abilitiesOf(params: InitializeParams | undefined): ClientAbilities {
  const workspace = params?.capabilities.workspace;
  const given: unknown = params?.initializationOptions;
  const commands: unknown =
    typeof given === "object" && given !== null ? Reflect.get(given, "commands") : undefined;
  return {
    encoding: chooseEncoding(params?.capabilities.general?.positionEncodings),
    watching: workspace?.didChangeWatchedFiles?.dynamicRegistration === true,
    configuration: workspace?.configuration === true,
    configurationEvents: workspace?.didChangeConfiguration?.dynamicRegistration === true,
    refresh: {
      hints: workspace?.inlayHint?.refreshSupport === true,
      lenses: workspace?.codeLens?.refreshSupport === true,
    },
    commands: Array.isArray(commands) ? commands.filter((one) => typeof one === "string") : [],
  };
}

function initializeResult({ encoding }: ClientAbilities, version: string): InitializeResult {
  return {
    serverInfo: { name: "sygaldry", version },
    capabilities: {
      positionEncoding: encoding,
      textDocumentSync: { openClose: true, change: TextDocumentSyncKind.Incremental },
      ...featureCapabilities,
    },
  };
}

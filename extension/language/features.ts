import {
  type CancellationToken,
  LSPErrorCodes,
  ResponseError,
  type ServerCapabilities,
} from "vscode-languageserver";
import { isCancellation } from "../core/base/errors.ts";
import type { LanguageDocument } from "./documents.ts";
import { codeLenses } from "./features/code-lenses.ts";
import { completionSpack } from "./features/completion-spack.ts";
import { definitionSpack } from "./features/definition-spack.ts";
import { hoverSpack } from "./features/hover-spack.ts";
import { inlayHints } from "./features/inlay-hints.ts";
import { documentSymbols, foldingRanges } from "./features/symbols.ts";
import type { ServerConnection } from "./server.ts";
import type { LanguageService } from "./service.ts";
import type { SpackAnalysis } from "./spack-analysis.ts";

export interface FeatureContext {
  readonly service: LanguageService;
  readonly document: (uri: string) => LanguageDocument | undefined;
  /** Commands that the client can run. */
  readonly commands: () => readonly string[];
}

export const featureCapabilities: ServerCapabilities = {
  hoverProvider: true,
  inlayHintProvider: true,
  documentSymbolProvider: true,
  foldingRangeProvider: true,
  definitionProvider: true,
  codeLensProvider: {},
  completionProvider: { triggerCharacters: ["^", "%", "$"] },
};

/** One handler a request; what is asked of a document that is not ours is answered with nothing. */
export function registerFeatures(connection: ServerConnection, context: FeatureContext): void {
  const { service } = context;
  const spack = async <T>(
    uri: string,
    token: CancellationToken,
    nothing: T,
    work: (analysis: SpackAnalysis, signal: AbortSignal) => T | Promise<T>,
  ): Promise<T> => {
    const document = context.document(uri);
    if (document === undefined || document.kind === "sygaldry") return nothing;
    return cancellable(token, async (signal) => work(await service.spack(document, signal), signal));
  };

  connection.onHover(({ textDocument, position }, token) =>
    spack(textDocument.uri, token, null, (analysis, signal) =>
      hoverSpack(analysis, analysis.document.places.offset(position), signal),
    ),
  );
  connection.languages.inlayHint.on(({ textDocument, range }, token) =>
    spack(textDocument.uri, token, [], (analysis) =>
      service.settings().inlayHints ? [...inlayHints(analysis, range)] : [],
    ),
  );
  connection.onDocumentSymbol(({ textDocument }, token) =>
    spack(textDocument.uri, token, [], (analysis) => [...documentSymbols(analysis)]),
  );
  connection.onFoldingRanges(({ textDocument }, token) =>
    spack(textDocument.uri, token, [], (analysis) => [...foldingRanges(analysis)]),
  );
  connection.onDefinition(({ textDocument, position }, token) =>
    spack(textDocument.uri, token, [], async (analysis) => [
      ...(await definitionSpack(analysis, analysis.document.places.offset(position))),
    ]),
  );
  connection.onCompletion(({ textDocument, position }, token) =>
    spack(textDocument.uri, token, null, (analysis) =>
      completionSpack(analysis, analysis.document.places.offset(position)),
    ),
  );
  connection.onCodeLens(({ textDocument }, token) =>
    spack(textDocument.uri, token, [], (analysis) =>
      service.settings().codeLenses ? [...codeLenses(analysis, context.commands())] : [],
    ),
  );
}

/** A request that the client takes back is answered so at once, as the protocol asks. */
async function cancellable<T>(
  token: CancellationToken,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const listener = token.onCancellationRequested(() => controller.abort());
  if (token.isCancellationRequested) controller.abort();
  try {
    const result = await work(controller.signal);
    if (controller.signal.aborted) throw cancelled();
    return result;
  } catch (error) {
    throw controller.signal.aborted || isCancellation(error) ? cancelled() : error;
  } finally {
    listener.dispose();
  }
}

function cancelled(): ResponseError<void> {
  return new ResponseError(LSPErrorCodes.RequestCancelled, "the request was cancelled");
}

import type { Diagnostic } from "vscode-languageserver";
import { isCancellation, messageOf } from "../core/base/errors.ts";
import type { LanguageDocument } from "./documents.ts";
import type { LanguagePorts } from "./ports.ts";
import type { LanguageService } from "./service.ts";

/** Sends the diagnostics of documents some time after they changed, and never those of a version that is gone. */
export interface Publisher {
  changed(uri: string): void;
  closed(uri: string): void;
  dispose(): void;
}

export interface PublisherOptions {
  readonly service: LanguageService;
  readonly ports: LanguagePorts;
  /** Milliseconds of quiet after a keystroke. */
  readonly delay: number;
  /** The document as it is now; undefined when it is not open or not ours. */
  readonly document: (uri: string) => LanguageDocument | undefined;
  readonly send: (uri: string, version: number | undefined, diagnostics: readonly Diagnostic[]) => void;
  /** Called after what was sent for a document has changed with its environment. */
  readonly refreshed: () => void;
}

export function createPublisher(options: PublisherOptions): Publisher {
  const { ports, service, document, send } = options;
  const waiting = new Map<string, () => void>();
  const running = new Map<string, AbortController>();
  let disposed = false;

  async function publish(uri: string): Promise<void> {
    const now = document(uri);
    if (now === undefined) return;
    running.get(uri)?.abort();
    const controller = new AbortController();
    running.set(uri, controller);
    try {
      const diagnostics = await service.diagnostics(now, controller.signal);
      if (!controller.signal.aborted && document(uri)?.version === now.version)
        send(uri, now.version, diagnostics);
    } catch (error) {
      if (!isCancellation(error)) ports.log.warn(`${uri} could not be examined: ${messageOf(error)}`);
    } finally {
      if (running.get(uri) === controller) running.delete(uri);
    }
  }

  const known = new Set<string>();
  let cancelPoll = ports.later(ports.poll, () => void poll());

  async function poll(): Promise<void> {
    for (const uri of known) {
      const now = document(uri);
      if (now === undefined || waiting.has(uri) || running.has(uri)) continue;
      if (!(await service.isStale(now).catch(() => false))) continue;
      await publish(uri);
      options.refreshed();
    }
    if (!disposed) cancelPoll = ports.later(ports.poll, () => void poll());
  }

  return {
    changed(uri) {
      known.add(uri);
      waiting.get(uri)?.();
      const cancel = ports.later(options.delay, () => {
        waiting.delete(uri);
        void publish(uri);
      });
      waiting.set(uri, cancel);
    },
    closed(uri) {
      known.delete(uri);
      waiting.get(uri)?.();
      waiting.delete(uri);
      running.get(uri)?.abort();
      service.close(uri);
      send(uri, undefined, []);
    },
    dispose() {
      disposed = true;
      cancelPoll();
      for (const cancel of waiting.values()) cancel();
      for (const controller of running.values()) controller.abort();
      waiting.clear();
    },
  };
}

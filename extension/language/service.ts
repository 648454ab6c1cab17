import path from "node:path";
import type { Diagnostic } from "vscode-languageserver";
import type { LanguageDocument } from "./documents.ts";
import { type Environments, environmentCache } from "./environments.ts";
import { spackDiagnostics } from "./features/diagnostics-spack.ts";
import { sygaldryDiagnostics } from "./features/diagnostics-sygaldry.ts";
import { defaultSettings, type LanguagePorts, type LanguageSettings } from "./ports.ts";
import { analyseSpack, type SpackAnalysis } from "./spack-analysis.ts";
import { analyseSygaldry, type SygaldryAnalysis } from "./sygaldry-analysis.ts";

/** What the features are computed from. Knows no protocol but its data types, and no editor. */
export interface LanguageService {
  readonly environments: Environments;
  readonly settings: () => LanguageSettings;
  configure(settings: LanguageSettings): void;
  /** One analysis a version of a document and state of its environment, whoever asks. */
  spack(document: LanguageDocument, signal?: AbortSignal): Promise<SpackAnalysis>;
  sygaldry(document: LanguageDocument): Promise<SygaldryAnalysis>;
  diagnostics(document: LanguageDocument, signal?: AbortSignal): Promise<readonly Diagnostic[]>;
  /** Whether files that the document's diagnostics hang on have changed since they were computed. */
  isStale(document: LanguageDocument): Promise<boolean>;
  close(uri: string): void;
}

export function createService(
  ports: LanguagePorts,
  open: (file: string) => string | undefined,
): LanguageService {
  let settings = defaultSettings;
  const environments = environmentCache(ports, () => settings.spackRoot);
  const analyses = new Map<string, SpackAnalysis>();

  async function spack(document: LanguageDocument, signal?: AbortSignal): Promise<SpackAnalysis> {
    const known = await environments.of(path.dirname(document.file));
    const found = analyses.get(document.uri);
    if (found?.document.version === document.version && found.known === known) return found;
    const analysis = await analyseSpack(document, environments, signal);
    analyses.set(document.uri, analysis);
    return analysis;
  }

  const sygaldry = (document: LanguageDocument) => analyseSygaldry(document, ports.environment, open);

  return {
    environments,
    settings: () => settings,
    configure(next) {
      settings = next;
      environments.forget();
      analyses.clear();
    },
    spack,
    sygaldry,
    async diagnostics(document, signal) {
      return document.kind === "sygaldry"
        ? sygaldryDiagnostics(await sygaldry(document))
        : spackDiagnostics(await spack(document, signal));
    },
    async isStale(document) {
      if (document.kind === "sygaldry") return false;
      const known = analyses.get(document.uri)?.known;
      return known !== undefined && known !== (await environments.of(path.dirname(document.file)));
    },
    close: (uri) => void analyses.delete(uri),
  };
}

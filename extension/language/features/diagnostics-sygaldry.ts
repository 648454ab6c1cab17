import { type Diagnostic, DiagnosticSeverity } from "vscode-languageserver";
import type { SygaldryAnalysis } from "../sygaldry-analysis.ts";
import { diagnosticSource } from "./diagnostics-spack.ts";

/** What the CLI would refuse, in its words. */
export function sygaldryDiagnostics({ document, problems }: SygaldryAnalysis): readonly Diagnostic[] {
  return problems.map(({ offset, length, message }) => ({
    range: document.places.range(offset, length),
    severity: DiagnosticSeverity.Error,
    code: "config",
    source: diagnosticSource,
    message,
  }));
}

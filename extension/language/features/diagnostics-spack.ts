import { pathToFileURL } from "node:url";
import {
  type Diagnostic,
  type DiagnosticRelatedInformation,
  DiagnosticSeverity,
} from "vscode-languageserver";
import type { Drift, DriftReason } from "../../core/spack/drift/reasons.ts";
import type { Origin } from "../../core/spack/manifest/config-value.ts";
import { entryOf } from "../../core/spack/manifest/config-value.ts";
import type { ManifestProblem } from "../../core/spack/manifest/problems.ts";
import { problemText } from "../../core/spack/manifest/problems.ts";
import { scalarPlaces } from "../../core/spack/manifest/scalar-places.ts";
import { specKey } from "../../core/spack/spec/same-spec.ts";
import type { ManifestAnalysis, SpackAnalysis } from "../spack-analysis.ts";
import { contradictions } from "./contradictions.ts";

export const diagnosticSource = "sygaldry";

/** All that is to be said about a document of Spack's configuration, in the order of the file. */
export function spackDiagnostics(analysis: SpackAnalysis): readonly Diagnostic[] {
  const { manifest } = analysis;
  const found = [
    ...analysis.mistakes.map(({ at, message }) =>
      diagnostic(analysis, at, DiagnosticSeverity.Error, "yaml", message),
    ),
    ...analysis.problems.map((problem) => problemDiagnostic(problem, analysis)),
    ...(manifest === undefined ? [] : manifestDiagnostics(manifest, analysis)),
    ...lockProblems(analysis),
  ];
  return found.sort(
    (a, b) => a.range.start.line - b.range.start.line || a.range.start.character - b.range.start.character,
  );
}

function manifestDiagnostics(manifest: ManifestAnalysis, analysis: SpackAnalysis): readonly Diagnostic[] {
  return [
    ...driftDiagnostics(manifest.drift, analysis),
    ...duplicates(manifest, analysis),
    ...contradictions(manifest, analysis).map(({ at, message }) =>
      diagnostic(analysis, at, DiagnosticSeverity.Warning, "contradicts-lock", message),
    ),
  ];
}

function problemDiagnostic(problem: ManifestProblem, analysis: SpackAnalysis): Diagnostic {
  const severity = {
    error: DiagnosticSeverity.Error,
    warning: DiagnosticSeverity.Warning,
    undecided: DiagnosticSeverity.Information,
  }[problem.severity];
  const { at, within } = problem;
  const own = at !== undefined && at.file === analysis.source.file;
  const message = own ? problemText({ ...problem, at: undefined }) : problemText(problem);
  const place = own && within !== undefined ? narrowed(at, within, analysis) : at;
  return diagnostic(analysis, place, severity, problem.code, message);
}

/** The part of a scalar that is meant, wherever its characters stand. */
function narrowed(at: Origin, within: { offset: number; length: number }, analysis: SpackAnalysis): Origin {
  const text = analysis.specs.find((spec) => spec.at.offset === at.offset)?.text;
  if (text === undefined) return at;
  const places = scalarPlaces(analysis.source.text, at.offset, at.length, text);
  const start = places[within.offset] ?? at.offset;
  const end = places[within.offset + within.length] ?? at.offset + at.length;
  return { ...at, offset: start, length: Math.max(end - start, 1) };
}

/** What is about another file is told at the top, with a link to it. */
function diagnostic(
  { document, source }: SpackAnalysis,
  at: Origin | undefined,
  severity: DiagnosticSeverity,
  code: string,
  message: string,
): Diagnostic {
  const own = at === undefined || at.file === source.file;
  const bom = document.text.length - source.text.length;
  const range = document.places.range(
    own && at !== undefined ? at.offset + bom : 0,
    own ? (at?.length ?? 0) : 0,
  );
  const related: DiagnosticRelatedInformation[] = own
    ? []
    : [{ location: { uri: pathToFileURL(at.file).href, range: lineRange(at) }, message: "it is said here" }];
  return {
    range,
    severity,
    code,
    source: diagnosticSource,
    message,
    ...(related.length > 0 && { relatedInformation: related }),
  };
}

function lineRange({ line, column }: Origin) {
  const start = { line: line - 1, character: column - 1 };
  return { start, end: start };
}

/** What Spack would do about the lock; a manifest that it refuses has its own problems already. */
function driftDiagnostics(drift: Drift | undefined, analysis: SpackAnalysis): readonly Diagnostic[] {
  if (drift === undefined || drift.state === "invalid") return [];
  const specs = analysis.sections.find(({ key }) => key === "specs");
  return drift.reasons
    .filter(({ kind }) => kind !== "undecided" && kind !== "no-record")
    .map((reason) => {
      const removed = reason.kind === "root-removed" || reason.kind === "no-lock";
      const at = reason.at ?? (removed ? specs?.keyAt : undefined) ?? topKey(analysis);
      return diagnostic(analysis, at, driftSeverity(reason), reason.kind, reason.text);
    });
}

function driftSeverity({ kind, effect }: DriftReason): DiagnosticSeverity {
  if (kind === "no-lock") return DiagnosticSeverity.Information;
  return effect === "solve" ? DiagnosticSeverity.Warning : DiagnosticSeverity.Information;
}

function topKey({ source }: SpackAnalysis): Origin | undefined {
  return entryOf(source.root, "spack")?.keyAt;
}

/** Roots that Spack holds equal; it keeps the first. */
function duplicates({ userSpecs }: ManifestAnalysis, analysis: SpackAnalysis): readonly Diagnostic[] {
  const seen = new Map<string, Origin>();
  return userSpecs.flatMap(({ spec, text, origin, via }) => {
    const key = specKey(spec);
    const first = seen.get(key);
    if (first === undefined) {
      seen.set(key, origin);
      return [];
    }
    if (via.length > 0 || first.offset === origin.offset) return [];
    const message = `${text} is asked for already, in line ${first.line}.`;
    return [diagnostic(analysis, origin, DiagnosticSeverity.Warning, "duplicate-root", message)];
  });
}

/** A lock or a store that cannot be read. */
function lockProblems(analysis: SpackAnalysis): readonly Diagnostic[] {
  if (analysis.document.kind !== "manifest") return [];
  return analysis.known.environment.problems
    .filter(({ code }) => code === "SYG-SPACK-LOCK" || code === "SYG-SPACK-STORE")
    .map(({ message, code }) =>
      diagnostic(analysis, topKey(analysis), DiagnosticSeverity.Warning, code, message),
    );
}

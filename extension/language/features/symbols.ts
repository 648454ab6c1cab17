import { type DocumentSymbol, type FoldingRange, FoldingRangeKind, SymbolKind } from "vscode-languageserver";
import type { ConfigEntry, ConfigValue, Origin } from "../../core/spack/manifest/config-value.ts";
import type { SpackAnalysis } from "../spack-analysis.ts";
import { rangeAt } from "../spec-at.ts";

/** Sections, and below them keys and specs. */
export function documentSymbols(analysis: SpackAnalysis): readonly DocumentSymbol[] {
  return symbolsOf(analysis.source.root, analysis);
}

function symbolsOf(value: ConfigValue | undefined, analysis: SpackAnalysis): DocumentSymbol[] {
  if (value?.kind === "map") return value.entries.flatMap((entry) => entrySymbol(entry, analysis));
  if (value?.kind !== "list") return [];
  return value.items.flatMap((item) => itemSymbols(item, analysis));
}

function entrySymbol({ key, keyAt, value }: ConfigEntry, analysis: SpackAnalysis): DocumentSymbol[] {
  // What a merge key or an alias brought in stands elsewhere.
  const own = value.at.offset >= keyAt.offset && keyAt.file === value.at.file;
  const end = own ? value.at.offset + value.at.length : keyAt.offset + keyAt.length;
  const children = own ? symbolsOf(value, analysis) : [];
  const detail =
    value.kind === "scalar" && value.value !== null ? String(value.value).slice(0, 80) : undefined;
  return [
    {
      name: key === "" ? '""' : key,
      kind:
        value.kind === "scalar"
          ? SymbolKind.Property
          : value.kind === "list"
            ? SymbolKind.Array
            : SymbolKind.Object,
      range: rangeAt(analysis, { offset: keyAt.offset, length: Math.max(end - keyAt.offset, keyAt.length) }),
      selectionRange: rangeAt(analysis, keyAt),
      ...(detail !== undefined && { detail }),
      ...(children.length > 0 && { children }),
    },
  ];
}

function itemSymbols(item: ConfigValue, analysis: SpackAnalysis): DocumentSymbol[] {
  if (item.kind !== "scalar") return symbolsOf(item, analysis);
  if (typeof item.value !== "string" || item.value === "" || item.at.length === 0) return [];
  const range = rangeAt(analysis, item.at);
  return [{ name: item.value.slice(0, 120), kind: SymbolKind.Package, range, selectionRange: range }];
}

/** Whatever spans several lines, and comments of several lines. */
export function foldingRanges(analysis: SpackAnalysis): readonly FoldingRange[] {
  const { document, source } = analysis;
  const found: FoldingRange[] = [];
  const fold = (at: Origin, from: Origin) => {
    const text = source.text.slice(from.offset, at.offset + at.length).trimEnd();
    const start = rangeAt(analysis, { offset: from.offset, length: 0 }).start.line;
    const end = start + text.split("\n").length - 1;
    if (end > start) found.push({ startLine: start, endLine: end });
  };
  const visit = (value: ConfigValue | undefined): void => {
    if (value?.kind === "map") {
      for (const { value: inner, keyAt } of value.entries) {
        if (inner.at.offset >= keyAt.offset && inner.kind !== "scalar") fold(inner.at, keyAt);
        if (inner.at.offset >= keyAt.offset) visit(inner);
      }
    }
    if (value?.kind === "list") for (const item of value.items) visit(item);
  };
  visit(source.root);
  return [...found, ...commentFolds(document.text)];
}

function commentFolds(text: string): readonly FoldingRange[] {
  const lines = text.split("\n");
  const folds: FoldingRange[] = [];
  let first: number | undefined;
  for (let line = 0; line <= lines.length; line += 1) {
    if (/^\s*#/.test(lines[line] ?? "")) {
      first ??= line;
      continue;
    }
    if (first !== undefined && line - 1 > first) {
      folds.push({ startLine: first, endLine: line - 1, kind: FoldingRangeKind.Comment });
    }
    first = undefined;
  }
  return folds;
}

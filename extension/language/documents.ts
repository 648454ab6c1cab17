import path from "node:path";
import { fileURLToPath } from "node:url";
import type { TextDocumentContentChangeEvent } from "vscode-languageserver";
import { TextDocument } from "vscode-languageserver-textdocument";
import { sectionShapes } from "../core/spack/manifest/sections.ts";
import { type Places, type PositionEncoding, placesOf } from "./places.ts";

/**
 * manifest: an environment's spack.yaml. section: configuration in a file of its own, `packages.yaml` or what an environment
 * includes. sygaldry: sygaldry.yaml or what it extends.
 */
export type DocumentKind = "manifest" | "section" | "sygaldry";

/** A text as the editor has it, saved or not. */
export interface LanguageDocument {
  readonly uri: string;
  /** Absolute; of this machine. */
  readonly file: string;
  readonly kind: DocumentKind;
  readonly version: number;
  readonly text: string;
  readonly places: Places;
}

/** Undefined for what no file of this machine is. */
export function fileOf(uri: string): string | undefined {
  try {
    return uri.startsWith("file:") ? fileURLToPath(uri) : undefined;
  } catch {
    return undefined;
  }
}

/** By the file's name; `isIncluded` tells of files with names of their own. Undefined for files that are not ours. */
export function kindOf(file: string, isIncluded: (file: string) => boolean): DocumentKind | undefined {
  const name = path.basename(file);
  if (name === "spack.yaml" || name === "spack_src.yaml") return "manifest";
  if (name === "sygaldry.yaml" || name === "sygaldry.yml") return "sygaldry";
  if (isIncluded(file)) return "section";
  const section = /^(.+)\.ya?ml$/.exec(name)?.[1];
  return section !== undefined && Object.hasOwn(sectionShapes, section) && looksLikeSpack(file)
    ? "section"
    : undefined;
}

/** `config.yaml` and its like are names that other programs use too. */
function looksLikeSpack(file: string): boolean {
  const own = new Set([
    "packages",
    "mirrors",
    "concretizer",
    "compilers",
    "toolchains",
    "upstreams",
    "bootstrap",
  ]);
  const section = path.basename(file).replace(/\.ya?ml$/, "");
  return (
    own.has(section) ||
    path
      .dirname(file)
      .split(path.sep)
      .some((part) => /^\.?spack/.test(part))
  );
}

/** How vscode-languageserver's TextDocuments keep a text, with positions counted as the client does. */
export function textDocuments(encoding: () => PositionEncoding) {
  return {
    create: (uri: string, languageId: string, version: number, content: string) =>
      TextDocument.create(uri, languageId, version, content),
    update(document: TextDocument, changes: TextDocumentContentChangeEvent[], version: number): TextDocument {
      if (encoding() === "utf-16") return TextDocument.update(document, changes, version);
      // Each change's range is of the text that those before it have made.
      for (const change of changes) TextDocument.update(document, [inUnits(document, change)], version);
      return document;
    },
  };
}

function inUnits(
  document: TextDocument,
  change: TextDocumentContentChangeEvent,
): TextDocumentContentChangeEvent {
  if (!("range" in change)) return change;
  const places = placesOf(document, "utf-8");
  const place = (position: typeof change.range.start) => document.positionAt(places.offset(position));
  return { range: { start: place(change.range.start), end: place(change.range.end) }, text: change.text };
}

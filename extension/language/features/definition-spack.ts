import path from "node:path";
import { pathToFileURL } from "node:url";
import type { Location } from "vscode-languageserver";
import type { ConfigEntry, Origin } from "../../core/spack/manifest/config-value.ts";
import type { SpackAnalysis } from "../spack-analysis.ts";
import { bomLength, rangeAt } from "../spec-at.ts";
import { yamlPlace } from "../yaml-path.ts";

/** `$name` leads to its definitions, an include to the file, an included environment to its manifest. */
export function definitionSpack(analysis: SpackAnalysis, offset: number): readonly Location[] {
  const found = yamlPlace(analysis.source.root, offset - bomLength(analysis));
  if (found?.value?.kind !== "scalar" || typeof found.value.value !== "string") return [];
  const reference = referenceName(found.value.value);
  if (reference !== undefined) return definitionsNamed(reference, analysis);
  const { at } = found.value;
  const include = analysis.manifest?.manifest.includes.find((one) => holds(one.at, at));
  if (include?.path !== undefined && include.state === "read") return [fileLocation(include.path, analysis)];
  const index = found.path.at(-1);
  if (found.path.includes("include_concrete") && typeof index === "number") {
    const folder = analysis.manifest?.manifest.includedEnvironments[index]?.path;
    return folder === undefined ? [] : [fileLocation(path.posix.join(folder, "spack.yaml"), analysis)];
  }
  return [];
}

/** Of `$name`, `$^name`, `$%name`. */
export function referenceName(text: string): string | undefined {
  return /^\$[\^%]?([\w.-]+)$/.exec(text)?.[1];
}

/** Where the keys of the definitions with that name stand. */
export function definitionEntries(name: string, { sections }: SpackAnalysis): readonly ConfigEntry[] {
  const value = sections.find(({ key }) => key === "definitions")?.value;
  const items = value?.kind === "list" ? value.items : [];
  return items.flatMap((item) => (item.kind === "map" ? item.entries.filter(({ key }) => key === name) : []));
}

function definitionsNamed(name: string, analysis: SpackAnalysis): readonly Location[] {
  return definitionEntries(name, analysis).map(({ keyAt }) => ({
    uri: analysis.document.uri,
    range: rangeAt(analysis, keyAt),
  }));
}

function holds(outer: Origin, inner: Origin): boolean {
  return (
    outer.file === inner.file &&
    outer.offset <= inner.offset &&
    inner.offset + inner.length <= outer.offset + outer.length
  );
}

export function fileLocation(sitePath: string, { known }: SpackAnalysis): Location {
  const start = { line: 0, character: 0 };
  return { uri: pathToFileURL(known.site.context.paths.local(sitePath)).href, range: { start, end: start } };
}

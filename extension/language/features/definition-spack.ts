import { readFile } from "node:fs/promises";
import path from "node:path";
import { pathToFileURL } from "node:url";
import type { Location } from "vscode-languageserver";
import type { ConfigEntry, Origin } from "../../core/spack/manifest/config-value.ts";
import { packageNames } from "../../core/spack/repository/package-names.ts";
import { recipeRepositories } from "../../core/spack/repository/recipe-repositories.ts";
import type { SpackAnalysis } from "../spack-analysis.ts";
import { bomLength, rangeAt, specAt } from "../spec-at.ts";
import { yamlPlace } from "../yaml-path.ts";

/** `$name` leads to its definitions, an include to the file, an included environment to its manifest, a package to its recipe. */
export async function definitionSpack(analysis: SpackAnalysis, offset: number): Promise<readonly Location[]> {
  const name = packageAt(analysis, offset);
  return name === undefined ? writtenDefinition(analysis, offset) : recipeOf(name, analysis);
}

function packageAt(analysis: SpackAnalysis, offset: number): string | undefined {
  const place = specAt(analysis, offset);
  if (place !== undefined) return place.part?.kind === "name" ? place.node?.name : undefined;
  const found = yamlPlace(analysis.source.root, offset - bomLength(analysis));
  const path = analysis.document.kind === "manifest" ? found?.path.slice(1) : found?.path;
  const isKey =
    found?.value === undefined && path?.length === 2 && path[0] === "packages" && path[1] !== "all";
  return isKey ? String(path[1]) : undefined;
}

/** The class of the recipe; of several repositories the first that has the package gives it, as for Spack. */
async function recipeOf(name: string, { known }: SpackAnalysis): Promise<readonly Location[]> {
  const { manifest } = known.environment;
  const repositories = manifest ? await recipeRepositories(manifest, known.site.context) : [];
  for (const repository of repositories) {
    const file = (await packageNames(repository)).get(name);
    const text = file === undefined ? undefined : await readFile(file, "utf8").catch(() => undefined);
    if (file === undefined || text === undefined) continue;
    const line = text.slice(0, Math.max(text.search(/^class /m), 0)).split("\n").length - 1;
    const start = { line, character: 0 };
    return [{ uri: pathToFileURL(file).href, range: { start, end: start } }];
  }
  return [];
}

function writtenDefinition(analysis: SpackAnalysis, offset: number): readonly Location[] {
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
function referenceName(text: string): string | undefined {
  return /^\$[\^%]?([\w.-]+)$/.exec(text)?.[1];
}

/** Where the keys of the definitions with that name stand. */
function definitionEntries(name: string, { sections }: SpackAnalysis): readonly ConfigEntry[] {
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

function fileLocation(sitePath: string, { known }: SpackAnalysis): Location {
  const start = { line: 0, character: 0 };
  return { uri: pathToFileURL(known.site.context.paths.local(sitePath)).href, range: { start, end: start } };
}

import { type CompletionItem, CompletionItemKind, type CompletionList } from "vscode-languageserver";
import { keyDocumentation } from "../../core/spack/manifest/key-documentation.ts";
import { configFileShape, manifestShape } from "../../core/spack/manifest/sections.ts";
import { type Shape, shapesAt } from "../../core/spack/manifest/shape.ts";
import { packageNames } from "../../core/spack/repository/package-names.ts";
import { recipeRepositories } from "../../core/spack/repository/recipe-repositories.ts";
import type { SpackAnalysis } from "../spack-analysis.ts";
import { bomLength } from "../spec-at.ts";
import { type CompletionPlace, completionPlace } from "./completion-place.ts";
import { markdown } from "./hover-spack.ts";

/** Keys and values by the schema; in specs the names of packages, and of definitions after `$`. */
export async function completionSpack(analysis: SpackAnalysis, offset: number): Promise<CompletionList> {
  const { source, document } = analysis;
  const place = completionPlace(source.file, source.text, offset - bomLength(analysis));
  if (place === undefined) return listOf([]);
  const section = document.kind === "manifest" ? place.path.slice(1) : place.path;
  const shapes = shapesAt(document.kind === "manifest" ? manifestShape : configFileShape, place.path);
  const replaced = replacedRange(analysis, offset, place);
  const items = [
    ...keyItems(place, section, shapes),
    ...(place.kind === "value" ? valueItems(shapes) : []),
    ...(place.kind === "value" && holdsSpecs(section) ? await specItems(analysis, place) : []),
    ...(section[0] === "packages" && section.length === 1 ? await packageItems(analysis) : []),
  ];
  return listOf(
    items.map((item) => ({ ...item, textEdit: { range: replaced, newText: item.insertText ?? item.label } })),
  );
}

function listOf(items: readonly CompletionItem[]): CompletionList {
  return { isIncomplete: false, items: [...items] };
}

/** The word before the cursor: in a spec what follows the last sign. */
function replacedRange({ document }: SpackAnalysis, offset: number, { before }: CompletionPlace) {
  const word = /\$?[\^%]?[\w.-]*$/.exec(before)?.[0] ?? "";
  const name = word.startsWith("$") ? word : word.replace(/^[\^%]/, "");
  return document.places.range(offset - name.length, name.length);
}

function keyItems(
  { kind, siblings, before }: CompletionPlace,
  section: readonly (string | number)[],
  shapes: readonly Shape[],
): readonly CompletionItem[] {
  // What is more than a word cannot become a key.
  if (!/^[\w-]*$/.test(before)) return [];
  const names = shapes.flatMap((shape) => (shape.kind === "record" ? Object.keys(shape.keys) : []));
  return [...new Set(names)]
    .filter((name) => !siblings.includes(name))
    .map((name) => {
      const text = keyDocumentation([...section, name]);
      return {
        label: name,
        kind: CompletionItemKind.Property,
        insertText: kind === "key" ? name : `${name}: `,
        ...(text !== undefined && { documentation: markdown(text) }),
      };
    });
}

function valueItems(shapes: readonly Shape[]): readonly CompletionItem[] {
  const values = shapes.flatMap((shape) => {
    if (shape.kind === "choice") return shape.values;
    return shape.kind === "switch" ? ["true", "false"] : [];
  });
  return [...new Set(values)].map((label) => ({ label, kind: CompletionItemKind.Value }));
}

function holdsSpecs([section, ...rest]: readonly (string | number)[]): boolean {
  if (section === "specs" || section === "definitions") return !rest.includes("when");
  const [, key] = rest;
  return section === "packages" && typeof key === "string" && ["require", "prefer", "conflict"].includes(key);
}

async function specItems(
  analysis: SpackAnalysis,
  { before }: CompletionPlace,
): Promise<readonly CompletionItem[]> {
  if (/^\$[\^%]?[\w.-]*$/.test(before)) return definitionItems(analysis, before);
  // A name stands at the beginning, and after a sign that another package follows.
  return /(?:^|[\^%])[\w-]*$/.test(before) ? packageItems(analysis) : [];
}

function definitionItems({ sections }: SpackAnalysis, before: string): readonly CompletionItem[] {
  const sigil = /^\$[\^%]?/.exec(before)?.[0] ?? "$";
  const value = sections.find(({ key }) => key === "definitions")?.value;
  const names = (value?.kind === "list" ? value.items : []).flatMap((item) =>
    item.kind === "map" ? item.entries.map(({ key }) => key).filter((key) => key !== "when") : [],
  );
  return [...new Set(names)].map((name) => ({ label: `${sigil}${name}`, kind: CompletionItemKind.Variable }));
}

/** Those of the lock come first: they are what the environment works with. */
async function packageItems({ known }: SpackAnalysis): Promise<readonly CompletionItem[]> {
  const { environment, site } = known;
  const locked = new Set([...(environment.lock?.lock.nodes.values() ?? [])].map(({ name }) => name));
  const repositories = environment.manifest
    ? await recipeRepositories(environment.manifest, site.context)
    : [];
  const listed = await Promise.all(repositories.map(packageNames));
  const names = new Set([...locked, ...listed.flatMap((names) => [...names.keys()])]);
  return [...names].map((label) => ({
    label,
    kind: CompletionItemKind.Module,
    sortText: `${locked.has(label) ? 0 : 1}${label}`,
  }));
}

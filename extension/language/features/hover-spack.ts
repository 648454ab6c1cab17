import type { Hover } from "vscode-languageserver";
import { keyDocumentation } from "../../core/spack/manifest/key-documentation.ts";
import type { SpackAnalysis } from "../spack-analysis.ts";
import { bomLength, lockedAt, rangeAt, rangeInSpec, specAt } from "../spec-at.ts";
import { yamlPlace } from "../yaml-path.ts";
import { code, packageText } from "./hover-package.ts";

/** On a spec: what it was solved to. On a key: what it means. */
export async function hoverSpack(
  analysis: SpackAnalysis,
  offset: number,
  signal?: AbortSignal,
): Promise<Hover | null> {
  const lock = analysis.known.environment.lock?.lock;
  const place = specAt(analysis, offset);
  if (place !== undefined && lock !== undefined) {
    const node = lockedAt(analysis, place);
    if (node !== undefined) {
      const { part, spec } = place;
      const range = rangeInSpec(analysis, spec, part?.offset ?? 0, part?.length ?? spec.text.length);
      return { contents: markdown(await packageText(node, lock, analysis.known, signal)), range };
    }
  }
  return hoverKey(analysis, offset, signal);
}

async function hoverKey(
  analysis: SpackAnalysis,
  offset: number,
  signal: AbortSignal | undefined,
): Promise<Hover | null> {
  const found = yamlPlace(analysis.source.root, offset - bomLength(analysis));
  if (found?.entry === undefined || found.value !== undefined) return null;
  const path = analysis.document.kind === "manifest" ? found.path.slice(1) : found.path;
  const range = rangeAt(analysis, found.entry.keyAt);
  const [section, name] = path;
  const lock = analysis.known.environment.lock?.lock;
  if (section === "packages" && typeof name === "string" && path.length === 2 && lock !== undefined) {
    const nodes = [...lock.nodes.values()].filter((node) => node.name === name);
    const texts = await Promise.all(nodes.map((node) => packageText(node, lock, analysis.known, signal)));
    if (texts.length > 0) return { contents: markdown(texts.join("\n\n---\n\n")), range };
  }
  const text = keyDocumentation(path);
  return text === undefined
    ? null
    : { contents: markdown(`${code(path.filter(isText).join(":"))}\n\n${text}`), range };
}

function isText(step: string | number): step is string {
  return typeof step === "string";
}

export function markdown(value: string) {
  return { kind: "markdown", value } as const;
}

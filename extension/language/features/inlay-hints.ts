import { type InlayHint, InlayHintKind, type Range } from "vscode-languageserver";
import type { SpackAnalysis } from "../spack-analysis.ts";
import { rangeAt, rootOf } from "../spec-at.ts";

/** After each root the version that it was solved to. */
export function inlayHints(analysis: SpackAnalysis, within: Range): readonly InlayHint[] {
  return analysis.specs.flatMap((spec): readonly InlayHint[] => {
    const node = rootOf(analysis, spec);
    if (node === undefined) return [];
    const { start, end } = rangeAt(analysis, spec.at);
    if (start.line > within.end.line || end.line < within.start.line) return [];
    return [
      {
        position: end,
        label: `→ ${node.version}`,
        kind: InlayHintKind.Type,
        paddingLeft: true,
        tooltip: `${node.name}@${node.version}, hash ${node.hash.slice(0, 7)}`,
      },
    ];
  });
}

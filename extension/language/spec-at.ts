import type { LockNode } from "../core/spack/lockfile/lockfile.ts";
import type { Origin } from "../core/spack/manifest/config-value.ts";
import { findDependency } from "../core/spack/spec/find-dependency.ts";
import { nodeSpec } from "../core/spack/spec/node-spec.ts";
import type { ParsedNode, SpecPart } from "../core/spack/spec/spec-parts.ts";
import type { DocumentSpec, SpackAnalysis } from "./spack-analysis.ts";

export interface SpecPlace {
  readonly spec: DocumentSpec;
  /** In the spec's text. */
  readonly offset: number;
  readonly part: SpecPart | undefined;
  readonly node: ParsedNode | undefined;
}

/** The spec that an offset of the document stands in, its ends included. */
export function specAt(analysis: SpackAnalysis, offset: number): SpecPlace | undefined {
  const inSource = offset - bomLength(analysis);
  const spec = analysis.specs.find(({ at }) => at.offset <= inSource && inSource <= at.offset + at.length);
  if (spec === undefined) return undefined;
  const within = spec.places.findIndex((place, index) => (spec.places[index + 1] ?? place + 1) > inSource);
  const at = within < 0 ? spec.text.length : within;
  const part = spec.parsed?.parts.find((one) => one.offset <= at && at <= one.offset + one.length);
  return { spec, offset: at, part, node: part && spec.parsed?.nodes[part.node] };
}

/** The document's range of a stretch of a spec's text. */
export function rangeInSpec(analysis: SpackAnalysis, spec: DocumentSpec, offset: number, length: number) {
  const start = spec.places[offset] ?? spec.at.offset;
  const end = spec.places[offset + length] ?? spec.at.offset + spec.at.length;
  return rangeAt(analysis, { offset: start, length: Math.max(end - start, 0) });
}

/** Places of core do not count a byte order mark. */
export function rangeAt(analysis: SpackAnalysis, { offset, length }: Pick<Origin, "offset" | "length">) {
  return analysis.document.places.range(offset + bomLength(analysis), length);
}

export function bomLength({ document, source }: SpackAnalysis): number {
  return document.text.length - source.text.length;
}

/**
 * What the package that a part of a spec is about was solved to: the root itself, or the dependency of it; for specs that are
 * no root, the only package of that name in the lock.
 */
export function lockedAt(analysis: SpackAnalysis, { spec, node }: SpecPlace): LockNode | undefined {
  const { manifest } = analysis;
  const lock = manifest?.lock?.lock ?? analysis.known.environment.lock?.lock;
  if (lock === undefined) return undefined;
  const root = rootOf(analysis, spec);
  const name = node?.name || (spec.owner ?? "");
  if (root !== undefined) {
    if (node === undefined || node.parent === undefined || name === root.name) return root;
    const found = findDependency(nodeSpec(root, lock), name)?.concrete?.hash;
    if (found !== undefined) return lock.nodes.get(found);
  }
  const named = [...lock.nodes.values()].filter((one) => one.name === name);
  return named.length === 1 ? named[0] : undefined;
}

/** The lock's node of a root that is written out. */
export function rootOf({ manifest }: SpackAnalysis, spec: DocumentSpec): LockNode | undefined {
  return spec.role === "root" ? manifest?.rootsByOffset.get(spec.at.offset) : undefined;
}

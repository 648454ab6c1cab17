import type { ParsedNode, SpecPart, SpecPartKind } from "./spec-parts.ts";
import type { Sigil, Span } from "./token.ts";

/** Collects what stands where while a spec is being read. */
export interface PartRecorder {
  readonly nodes: readonly ParsedNode[];
  readonly parts: readonly SpecPart[];
  /** Begins a node: a root without a sigil, or what a sigil refers to. */
  readonly begin: (at: number, sigil?: Sigil) => void;
  /** The current node has a name and reaches up to the end of `at`. */
  readonly node: (at: Span, name: string) => void;
  /** The current node reaches up to the end of `at`. */
  readonly extend: (at: Span) => void;
  readonly add: (kind: SpecPartKind, at: Span, key?: string, value?: Span) => void;
  /** A recorder for a condition on the edge to the current node; `base` is where its text starts. */
  readonly condition: (base: number) => PartRecorder;
}

export function recordParts(): PartRecorder {
  return recorder([], [], 0, undefined);
}

/** `owner` is the node whose edge has the condition that is being read. */
function recorder(
  nodes: ParsedNode[],
  parts: SpecPart[],
  base: number,
  owner: number | undefined,
): PartRecorder {
  let current = -1;
  let root = -1;
  /** What a `%` refers to: the root, or the last node after a `^`. */
  let target = -1;
  const change = (changes: Partial<ParsedNode>) => {
    const node = nodes[current];
    if (node !== undefined) nodes[current] = { ...node, ...changes };
  };
  const extend = ({ end }: Span) => change({ length: base + end - (nodes[current]?.offset ?? 0) });
  return {
    nodes,
    parts,
    begin: (at, sigil) => {
      const parent = sigil === undefined ? owner : sigil === "^" ? root : target;
      current = nodes.length;
      nodes.push({
        offset: base + at,
        length: 0,
        name: "",
        sigil,
        parent,
        condition: owner !== undefined,
      });
      if (sigil === undefined) root = current;
      if (sigil === undefined || sigil === "^") target = current;
    },
    node: (at, name) => {
      change({ name });
      extend(at);
    },
    extend,
    add: (kind, at, key, value) =>
      parts.push({
        kind,
        offset: base + at.start,
        length: at.end - at.start,
        node: current,
        key,
        value: value && { offset: base + value.start, length: value.end - value.start },
      }),
    condition: (offset) => recorder(nodes, parts, base + offset, current),
  };
}

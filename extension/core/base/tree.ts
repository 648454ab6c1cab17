/** One line of a graph that is printed as a tree. */
export interface TreeLine<Node, Edge> {
  readonly node: Node;
  /** Undefined for a root. */
  readonly edge: Edge | undefined;
  /** For each level above whether more siblings follow there, and last whether they do here; empty for a root. */
  readonly more: readonly boolean[];
  /** What is below it was shown where it came first. */
  readonly repeated: boolean;
  /** It is below itself: a cycle. */
  readonly cycle: boolean;
}

export interface TreeWalk<Node, Edge> {
  readonly roots: readonly Node[];
  /** Two nodes with one key are the same. */
  readonly key: (node: Node) => string;
  readonly below: (node: Node) => readonly { readonly node: Node; readonly edge: Edge }[];
  /** How many edges away from a root; all when undefined. */
  readonly depth?: number | undefined;
}

/** The tree in the order it is printed; what is below a node is shown once. */
export function* walkTree<Node, Edge>({
  roots,
  key,
  below,
  depth,
}: TreeWalk<Node, Edge>): Generator<TreeLine<Node, Edge>> {
  interface Pending {
    readonly node: Node;
    readonly edge: Edge | undefined;
    readonly more: readonly boolean[];
  }
  const shown = new Set<string>();
  /** The keys from the root to the line before; each once, for nothing is shown below a cycle. */
  const above: string[] = [];
  const isAbove = new Set<string>();
  // Not recursive: a graph from elsewhere may be deeper than the stack.
  const stack: Pending[] = roots.map((node) => ({ node, edge: undefined, more: [] })).reverse();
  for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
    const { node, edge, more } = top;
    const own = key(node);
    for (const left of above.splice(more.length)) isAbove.delete(left);
    const cycle = isAbove.has(own);
    const next = below(node);
    const repeated = shown.has(own) && next.length > 0;
    yield { node, edge, more, repeated, cycle };
    if (repeated || (depth !== undefined && more.length >= depth)) continue;
    shown.add(own);
    above.push(own);
    isAbove.add(own);
    const lines = next.map((each, index) => ({ ...each, more: [...more, index < next.length - 1] }));
    stack.push(...lines.reverse());
  }
}

/** What a line begins with: `│   ├── `. */
export function branches(more: readonly boolean[]): string {
  return more
    .map((follows, level) =>
      level === more.length - 1 ? (follows ? "├── " : "└── ") : follows ? "│   " : "    ",
    )
    .join("");
}

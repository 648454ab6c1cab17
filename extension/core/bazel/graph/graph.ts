import { compareTexts } from "../workspace/workspace.ts";

/** A rule, what it depends on and what it makes; labels as Bazel writes them. */
export interface GraphRule {
  readonly label: string;
  /** The rule's class: `cc_library`. */
  readonly kind: string;
  /** Rules, files and what is in other repositories; sorted, each once. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** Of all that makes the rule what it is (attributes, implementation), where it was asked for. */
  readonly digest: string | undefined;
  /** Tagged so: `bazel test //...` leaves it out. Known where digests were asked for. */
  readonly manual: boolean;
}

/** The rules of a workspace, and how they depend on each other. */
export interface BazelGraph {
  readonly rules: ReadonlyMap<string, GraphRule>;
  /** Of files that rules make: the rule. */
  readonly makers: ReadonlyMap<string, string>;
}

export interface GraphNode {
  readonly label: string;
  /** A rule's class; else `file`, or `external` for what was not read: anything of another repository. */
  readonly kind: string;
}

export function makeGraph(rules: Iterable<GraphRule>): BazelGraph {
  const byLabel = new Map<string, GraphRule>();
  for (const rule of rules) byLabel.set(rule.label, rule);
  const makers = new Map<string, string>();
  for (const { label, outputs } of byLabel.values())
    for (const output of outputs) if (!byLabel.has(output)) makers.set(output, label);
  return { rules: byLabel, makers };
}

/** The rule that a label means, or makes the file that it means; else the label itself. */
export function resolveLabel({ rules, makers }: BazelGraph, label: string): string {
  return rules.has(label) ? label : (makers.get(label) ?? label);
}

export function nodeOf({ rules }: BazelGraph, label: string): GraphNode {
  const kind = rules.get(label)?.kind ?? (label.startsWith("@") ? "external" : "file");
  return { label, kind };
}

/** What is next to a label, sorted. */
export type Neighbours = (label: string) => readonly string[];

/** What a label depends on directly. */
export function dependenciesIn(graph: BazelGraph): Neighbours {
  const known = new Map<string, readonly string[]>();
  return (label) => {
    const before = known.get(label);
    if (before !== undefined) return before;
    const inputs = graph.rules.get(label)?.inputs ?? [];
    const resolved = new Set(inputs.map((input) => resolveLabel(graph, input)));
    // A rule may name a file of its own making.
    resolved.delete(label);
    const found = [...resolved].sort(compareTexts);
    known.set(label, found);
    return found;
  };
}

/** Who depends on a label directly. */
export function dependentsIn(graph: BazelGraph): Neighbours {
  const below = dependenciesIn(graph);
  const above = new Map<string, string[]>();
  for (const label of [...graph.rules.keys()].sort(compareTexts)) {
    for (const next of below(label)) {
      const known = above.get(next);
      if (known === undefined) above.set(next, [label]);
      else known.push(label);
    }
  }
  return (label) => above.get(label) ?? [];
}

/** Whether the label is in the graph: a rule, or what one depends on or makes. */
export function hasLabel(graph: BazelGraph, label: string): boolean {
  if (graph.rules.has(label) || graph.makers.has(label)) return true;
  for (const { inputs } of graph.rules.values()) if (inputs.includes(label)) return true;
  return false;
}

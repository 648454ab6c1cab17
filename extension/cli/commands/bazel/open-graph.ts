import { SygaldryError } from "../../../core/base/errors.ts";
import type { BazelGraph } from "../../../core/bazel/graph/graph.ts";
import { type GraphAnswer, queryGraph } from "../../../core/bazel/graph/query-graph.ts";
import { selectLabels } from "../../../core/bazel/graph/select.ts";
import { quoted } from "../../../core/bazel/query/command.ts";
import { queryTargets } from "../../../core/bazel/query/query.ts";
import { patternText, type TargetPattern } from "../../../core/bazel/workspace/pattern.ts";
import type { Output } from "../../output.ts";
import type { SiteOptions } from "../../site.ts";
import { type OpenBazel, openBazel } from "./place.ts";

export interface GraphOptions extends SiteOptions {
  /** What rules depend on without saying so counts too. */
  readonly implicit?: boolean;
  /** Other repositories are read too. */
  readonly external?: boolean;
}

export interface OpenGraph extends OpenBazel {
  readonly answer: GraphAnswer;
  /** For each pattern, the labels that it means. */
  readonly selected: readonly (readonly string[])[];
}

/** The workspace's graph, and what is below the patterns in other repositories where they are asked for. */
export async function openGraph(
  options: GraphOptions,
  root: string,
  patterns: readonly TargetPattern[],
  output: Output,
  signal: AbortSignal,
): Promise<OpenGraph> {
  const { site, bazel } = await openBazel(options, root, output, signal);
  const outside = options.external === true || patterns.some(({ repository }) => repository !== undefined);
  const below = outside ? patterns.map((pattern) => ` + deps(${quoted(patternText(pattern))})`) : [];
  const question = {
    expression: `//...${below.join("")}`,
    implicit: options.implicit === true,
    digests: false,
  };
  const query = { environment: process.env, signal };
  const answer = await queryGraph(site, bazel, root, question, query);
  const selected: (readonly string[])[] = [];
  for (const pattern of patterns) {
    if (pattern.repository === undefined) selected.push(selectKnown(answer.graph, pattern));
    else {
      // Only Bazel knows which repository a name stands for.
      const { rules } = await queryTargets(site, bazel, root, pattern, query);
      selected.push(rules.map((rule) => `${rule.package.replace(/^@(?!@)/, "@@")}:${rule.name}`));
    }
  }
  return { site, bazel, answer, selected };
}

/** Throws SYG-BAZEL-TARGET when the pattern means nothing; an empty workspace is none that Bazel does not know. */
function selectKnown(graph: BazelGraph, pattern: TargetPattern): readonly string[] {
  const labels = selectLabels(graph, pattern);
  if (labels.length > 0 || (pattern.scope === "below" && pattern.folder === "")) return labels;
  throw new SygaldryError("SYG-BAZEL-TARGET", `Bazel knows no target ${patternText(pattern)}`, {
    next: "`sygaldry bazel targets` lists all there are.",
    data: { pattern: patternText(pattern) },
  });
}

import { branches } from "../../../core/base/tree.ts";
import { findNode } from "../../../core/spack/find-nodes.ts";
import { type TreeLine, treeLines } from "../../../core/spack/graph/tree.ts";
import type { DependencyType, Lockfile, SpecHash } from "../../../core/spack/lockfile/lockfile.ts";
import { type CommonOptions, outputOptions } from "../../options.ts";
import { createOutput } from "../../output.ts";
import { chooseEnvironment, requireLock } from "./context.ts";
import { nodeJson, nodeText, sortedRoots } from "./text.ts";

export interface ScopeOptions extends CommonOptions {
  readonly root?: readonly string[];
  readonly depth?: number;
  readonly types?: readonly DependencyType[];
}

export async function tree(
  options: ScopeOptions,
  [name]: readonly string[],
  signal: AbortSignal,
): Promise<number> {
  const output = createOutput(outputOptions(options));
  const environment = await chooseEnvironment(options, name, signal);
  const { lock } = await requireLock(environment, signal);
  const scope = scopeOf(lock, options);
  const lines = [...treeLines(lock, scope)];
  output.result(
    {
      environment: environment.name,
      lines: lines.map(({ node, edge, more, repeated }) => ({
        ...nodeJson(node),
        depth: more.length,
        types: edge?.types ?? null,
        virtuals: edge?.virtuals ?? [],
        repeated,
      })),
    },
    lines.map(lineText).join("\n"),
  );
  return 0;
}

/** Where a walk begins and what it follows. Throws SYG-SPACK-PACKAGE for a root that is not there. */
export function scopeOf(
  lock: Lockfile,
  { root = [], depth, types = ["build", "link", "run", "test"] }: ScopeOptions,
): {
  readonly roots: readonly SpecHash[];
  readonly types: readonly DependencyType[];
  readonly depth?: number;
} {
  const roots =
    root.length > 0
      ? root.map((spec) => findNode(lock, spec).hash)
      : [...new Set(sortedRoots(lock).map(({ hash }) => hash))];
  return { roots, types, ...(depth === undefined ? {} : { depth }) };
}

function lineText({ node, edge, more, repeated }: TreeLine): string {
  const notes = [
    edge === undefined ? "" : edge.types.join(","),
    edge === undefined || edge.virtuals.length === 0 ? "" : `as ${edge.virtuals.join(",")}`,
    node.external === undefined ? "" : "external",
    repeated ? "see above" : "",
  ].filter(Boolean);
  return `${branches(more)}${nodeText(node)}${notes.length === 0 ? "" : ` [${notes.join("; ")}]`}`;
}

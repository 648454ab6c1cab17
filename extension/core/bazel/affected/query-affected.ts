import { mkdir, mkdtemp, realpath } from "node:fs/promises";
import path from "node:path";
import { readTextIfExists } from "../../base/files.ts";
import { processRunner } from "../../base/process.ts";
import { removeReadOnly } from "../../base/remove-folder.ts";
import type { Site } from "../../site/site.ts";
import { type GraphAnswer, queryGraph } from "../graph/query-graph.ts";
import { scratchFolder } from "../query/output-base.ts";
import { endServer, type QueryOptions } from "../query/run-query.ts";
import type { BazelProgram } from "../workspace/program.ts";
import type { BazelProblem } from "../workspace/workspace.ts";
import { type Affected, findAffected } from "./affected.ts";
import { type Changes, findChanges, textAt } from "./changes.ts";
import { findImplied } from "./implied.ts";
import { writeTree } from "./old-tree.ts";

export interface AffectedAnswer extends Affected {
  readonly changes: Changes;
  /** Changed files of which any target may be affected. */
  readonly everything: readonly string[];
  /** Whether the rules were compared with those of the revision. */
  readonly compared: boolean;
  readonly problems: readonly BazelProblem[];
  /** False when Bazel could not read all that is there now: targets may lack. */
  readonly complete: boolean;
}

export interface AffectedOptions extends QueryOptions {
  readonly since: string;
  readonly mergeBase: boolean;
}

/**
 * What a change touches, by Bazel's own graph of the workspace as it is and, where BUILD files, .bzl files or locks of
 * Spack have changed, of the revision: that one's files are written into a temporary folder, read by a server of their own,
 * and removed. Throws as queryGraph and findChanges do.
 */
export async function queryAffected(
  site: Site,
  bazel: BazelProgram,
  root: string,
  options: AffectedOptions,
): Promise<AffectedAnswer> {
  const { since, mergeBase, signal } = options;
  const cancel = signal === undefined ? {} : { signal };
  const changes = await findChanges(processRunner, root, { since, mergeBase, ...cancel });
  const implied = await findImplied(changes.files, async (file) => ({
    before: await textAt(processRunner, changes, file, signal),
    now: (await readTextIfExists(path.join(root, file))) ?? "",
  }));
  const compared = implied.compare && implied.everything.length === 0;
  const before = compared ? await oldGraph(site, bazel, changes, implied.spackBefore, options) : undefined;
  const now = await queryGraph(site, bazel, root, question(implied.spackNow), options);
  const { everything, toolchains } = implied;
  const evidence = { files: changes.files, everything, toolchains, now: now.graph, before: before?.graph };
  return {
    ...findAffected(evidence),
    ...{ changes, everything, compared, problems: now.problems, complete: now.complete },
  };
}

function question(spack: readonly string[]) {
  const expression = ["//...", ...spack.map((name) => `@${name}//...`)].join(" + ");
  return { expression, implicit: true, digests: true };
}

async function oldGraph(
  site: Site,
  bazel: BazelProgram,
  { top, folder, commit }: Changes,
  spack: readonly string[],
  options: AffectedOptions,
): Promise<GraphAnswer> {
  const base = site.paths.local(scratchFolder(site.kind, options.environment));
  await mkdir(base, { recursive: true });
  const scratch = await realpath(await mkdtemp(path.join(base, "since-")));
  const tree = path.join(scratch, "tree");
  const root = path.join(tree, folder);
  const query = { ...options, outputBase: site.paths.site(path.join(scratch, "output_base")) };
  try {
    await writeTree(processRunner, top, commit, tree, options.signal);
    await mkdir(root, { recursive: true });
    return await queryGraph(site, bazel, root, question(spack), query);
  } finally {
    await endServer(site, bazel, root, query).catch(() => {});
    await removeReadOnly(scratch);
  }
}

import path from "node:path";
import { SygaldryError } from "../../../core/base/errors.ts";
import { readTextIfExists, writeAtomic } from "../../../core/base/files.ts";
import type { FileStatus } from "../../../core/base/rendered/rendered-file.ts";
import { writeFiles } from "../../../core/base/rendered/write.ts";
import { compareRepository } from "../../../core/bazel/repository/compare-repository.ts";
import type { RepositoryInput, RepositoryPlan, Snippet } from "../../../core/bazel/repository/model.ts";
import { planRepository } from "../../../core/bazel/repository/plan-repository.ts";
import { readRecord, recordFile } from "../../../core/bazel/repository/record.ts";
import { outputOptions } from "../../options.ts";
import { createOutput, type Output } from "../../output.ts";
import type { SiteOptions } from "../../site.ts";
import { standardOutput } from "../../standard-streams.ts";
import { readSyncInput, syncRoot } from "./sync-input.ts";
import { unusualStore } from "./sync-spack.ts";

interface SyncOptions extends SiteOptions {
  readonly check?: boolean;
  readonly dryRun?: boolean;
  readonly force?: boolean;
}

export async function sync(
  options: SyncOptions,
  _args: readonly string[],
  signal: AbortSignal,
): Promise<number> {
  const output = createOutput(outputOptions(options));
  const root = await syncRoot(options);
  const record = await readRecord(root);
  const input = await readSyncInput(options, root, record, output, signal);
  const plan = planRepository(input);
  const statuses = await compareRepository(root, plan, input.existing, record);
  const result = resultOf(root, input, plan, statuses);
  if (options.check || options.dryRun) {
    const { renderingDiff } = await import("../../../core/base/rendered/diff.ts");
    const diff = renderingDiff(statuses);
    if (!output.json) standardOutput().write(diff);
    if (options.check) requireSynced(statuses, plan.snippets, diff);
    output.result({ ...result, changed: [], diff }, snippetsText(plan.snippets));
    if (diff === "") output.info("The repository is in sync.");
    return 0;
  }
  tell(plan, output);
  const changed = await writeFiles(root, statuses, { force: options.force ?? false, advice });
  await writeRecord(root, plan);
  output.info(
    changed.length === 0
      ? `Nothing to write: ${root} is in sync.`
      : `Wrote ${changed.length} file${changed.length === 1 ? "" : "s"} for Bazel ${input.bazel.text} (${input.bazel.from}).`,
  );
  const store = await unusualStore(options, input.repositories, output, signal);
  if (store !== undefined)
    output.info(
      `Spack's store here is ${store}: for builds on this machine put \`common --repo_env=SYGALDRY_SPACK_STORE=${store}\` into user.bazelrc.`,
    );
  output.result({ ...result, changed }, [...changed, snippetsText(plan.snippets)].filter(Boolean).join("\n"));
  return 0;
}

const advice = {
  edited:
    "Move the changes to sygaldry.yaml, or out of the marked block; or run `sygaldry bazel sync --force`, which keeps a copy of each file (*.before-sygaldry). `sygaldry bazel sync --check` shows the differences.",
  unwritable: "Make the workspace writable.",
};

function resultOf(
  root: string,
  { bazel, repositories }: RepositoryInput,
  { snippets, notes }: RepositoryPlan,
  statuses: readonly FileStatus[],
): Readonly<Record<string, unknown>> {
  return {
    root,
    bazel: { version: bazel.text, from: bazel.from },
    repositories: repositories.map(({ name, environment, lockPath, roots, python }) => ({
      ...{ name, environment, lock: lockPath, python },
      roots: roots.map((each) => ({ name: each.name, version: each.version, hash: each.hash })),
    })),
    files: statuses.map(({ path: name, state }) => ({ path: name, state })),
    ...{ snippets, notes },
  };
}

function tell({ notes, snippets }: RepositoryPlan, output: Output): void {
  for (const note of notes) output.info(note);
  for (const { path: file, why } of snippets) output.warn(`${file}: ${why}: nothing was put there`);
}

function snippetsText(snippets: readonly Snippet[]): string {
  return snippets.map(({ where, text }) => `\nTo be put by hand into ${where}:\n\n${text}`).join("");
}

/** Throws SYG-RENDER-STALE with what differs, or is still to be put in by hand. */
function requireSynced(statuses: readonly FileStatus[], snippets: readonly Snippet[], diff: string): void {
  const stale = statuses.filter(({ state }) => state !== "current");
  if (stale.length + snippets.length === 0) return;
  const names = [
    ...stale.map((status) => `${status.path} (${status.state})`),
    ...snippets.map(({ path: file, why }) => `${file} (${why})`),
  ];
  throw new SygaldryError("SYG-RENDER-STALE", `stale: ${names.join(", ")}`, {
    next: "Run `sygaldry bazel sync` and commit the result.",
    data: { files: stale.map((status) => ({ path: status.path, state: status.state })), snippets, diff },
  });
}

async function writeRecord(root: string, plan: RepositoryPlan): Promise<void> {
  const { path: name, content } = recordFile(plan);
  const file = path.join(root, name);
  if ((await readTextIfExists(file)) !== content) await writeAtomic(file, content);
}

import { processRunner } from "../../../core/base/process.ts";
import { type ChangedNode, diffLocks, type LockDiff } from "../../../core/spack/diff/diff-locks.ts";
import { lockAtRevision, lockFrom } from "../../../core/spack/diff/lock-source.ts";
import type { NodeChange } from "../../../core/spack/diff/node-changes.ts";
import { environmentNamed } from "../../../core/spack/find-environments.ts";
import type { LockNode } from "../../../core/spack/lockfile/lockfile.ts";
import type { LoadedLock } from "../../../core/spack/lockfile/read-lockfile.ts";
import { verifyHashes } from "../../../core/spack/lockfile/verify-hashes.ts";
import { type CommonOptions, loadOptions, outputOptions } from "../../options.ts";
import { createOutput, type Output } from "../../output.ts";
import { repositoryEnvironments } from "./context.ts";
import { count, nodeJson, nodeText } from "./text.ts";

export async function diff(
  options: CommonOptions,
  [before = "", after]: readonly string[],
  signal: AbortSignal,
): Promise<number> {
  const output = createOutput(outputOptions(options));
  const source = { runner: processRunner, cwd: loadOptions(options).cwd, signal };
  const first = await placeOf(before, options, signal);
  const [old, fresh] = await Promise.all(
    after === undefined
      ? [lockAtRevision("HEAD", first, source), lockFrom(first, source)]
      : [lockFrom(first, source), placeOf(after, options, signal).then((place) => lockFrom(place, source))],
  );
  const found = diffLocks(old.lock, fresh.lock);
  output.result(diffJson(old, fresh, found), diffText(found));
  for (const lock of [old, fresh]) warnOfDamage(lock, output);
  return 0;
}

/** Packages are told apart by their hashes: one whose content was changed under its hash seems to be the same. */
function warnOfDamage(lock: LoadedLock, output: Output): void {
  const { damaged } = verifyHashes(lock);
  if (damaged.length === 0) return;
  const named = damaged.slice(0, 4).map(nodeText);
  const more = damaged.length > named.length ? ` and ${damaged.length - named.length} more` : "";
  output.warn(`${lock.file} was changed by hand or is damaged: ${named.join(", ")}${more}`);
}

/** An environment may be called by its name from anywhere in the repository. */
async function placeOf(operand: string, options: CommonOptions, signal: AbortSignal): Promise<string> {
  const { cwd } = loadOptions(options);
  const { root, environments } = await repositoryEnvironments(options, signal);
  const [, revision, rest = ""] = /^([^:]+):(.*)$/s.exec(operand) ?? [];
  const name = revision === undefined ? operand : rest;
  const found = await environmentNamed(name, cwd, root, environments);
  if (found === undefined || name.endsWith(".lock")) return operand;
  return revision === undefined ? found.folder : `${revision}:${found.folder}`;
}

function diffJson(before: LoadedLock, after: LoadedLock, found: LockDiff): Record<string, unknown> {
  const changedJson = (node: ChangedNode) => ({
    name: node.after.name,
    before: nodeJson(node.before),
    after: nodeJson(node.after),
    changes: node.changes,
    because: node.because.map(nodeJson),
  });
  return {
    before: before.file,
    after: after.file,
    roots: found.roots,
    added: found.added.map(nodeJson),
    removed: found.removed.map(nodeJson),
    changed: found.changed.map(changedJson),
    rebuilt: found.rebuilt.map(changedJson),
    unchanged: found.unchanged,
  };
}

function diffText(found: LockDiff): string {
  const { roots, added, removed, changed, rebuilt, unchanged } = found;
  if (added.length + removed.length + changed.length + rebuilt.length === 0 && sameRoots(found)) {
    return `no difference in ${count(unchanged, "package")}`;
  }
  return [
    ...section(
      "roots no longer asked for",
      roots.removed.map((spec) => `- ${spec}`),
    ),
    ...section(
      "roots newly asked for",
      roots.added.map((spec) => `+ ${spec}`),
    ),
    ...section(
      "removed",
      removed.map((node) => `- ${nodeText(node)}`),
    ),
    ...section(
      "added",
      added.map((node) => `+ ${nodeText(node)}`),
    ),
    ...section("changed", changed.map(changedText)),
    ...section("rebuilt because of others", rebuilt.map(rebuiltText)),
    `${count(unchanged, "package")} unchanged`,
  ].join("\n");
}

function sameRoots({ roots }: LockDiff): boolean {
  return roots.added.length + roots.removed.length === 0;
}

function section(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : [`${title}: ${lines.length}`, ...lines.map((line) => `  ${line}`)];
}

function changedText({ after, changes, because }: ChangedNode): string {
  return [
    `~ ${after.name}: ${changes.map(changeText).join("; ")}`,
    ...(because.length === 0 ? [] : [`      and because of ${names(because)}`]),
  ].join("\n");
}

function rebuiltText({ after, because }: ChangedNode): string {
  return `~ ${after.name} ${after.version}: because of ${names(because)}`;
}

function names(nodes: readonly LockNode[]): string {
  return [...new Set(nodes.map(({ name }) => name))].join(", ");
}

function changeText({ what, name, before, after }: NodeChange): string {
  if (what === "variant" && before !== undefined && after !== undefined) return `${before} → ${after}`;
  const subject = what === "variant" ? "variant" : name === undefined ? what : `${what} ${name}`;
  if (before === undefined) return `${subject} ${after} is new`;
  return after === undefined ? `${subject} ${before} is gone` : `${subject} ${before} → ${after}`;
}

import type { ChangedFile } from "./changes.ts";
import { type RootFile, readRootFile } from "./root-file.ts";

/** What changed files mean beyond themselves. */
export interface Implied {
  /** Changed files of which any target may be affected, since they decide how all is built. */
  readonly everything: readonly string[];
  /** The rules must be compared with those of the revision. */
  readonly compare: boolean;
  /** Repositories of Spack environments whose rules must be compared too; none when no lock has changed. */
  readonly spackBefore: readonly string[];
  readonly spackNow: readonly string[];
  /** Patterns of toolchains of the workspace. */
  readonly toolchains: readonly string[];
}

/** The texts of a file of the workspace at the revision and now; empty where there is none. */
export type Texts = (file: string) => Promise<{ readonly before: string; readonly now: string }>;

const rootNames = ["MODULE.bazel", "WORKSPACE.bazel", "WORKSPACE"] as const;

export async function findImplied(files: readonly ChangedFile[], texts: Texts): Promise<Implied> {
  const changed = new Set(files.map(({ file }) => file));
  const roots: { readonly name: string; readonly before: RootFile; readonly now: RootFile }[] = [];
  for (const name of rootNames) {
    const { before, now } = await texts(name);
    roots.push({ name, before: readRootFile(before), now: readRootFile(now) });
  }
  const locks = new Set(roots.flatMap(({ before, now }) => [...before.locks, ...now.locks]));
  const named = new Set(
    roots.flatMap(({ before, now }) => [...before.files, ...now.files]).filter((file) => !locks.has(file)),
  );
  const everything: string[] = [];
  for (const { file } of files) if (decidesAll(file) || named.has(file)) everything.push(file);
  for (const { name, before, now } of roots) if (before.others !== now.others) everything.push(name);
  if (changed.has(moduleLock)) {
    const { before, now } = await texts(moduleLock);
    // Bazel makes one that is not there of what MODULE.bazel says.
    if (before !== "" && now !== "" && withoutSpack(before) !== withoutSpack(now))
      everything.push(moduleLock);
  }
  const spack =
    files.some(({ file }) => locks.has(file)) || roots.some(({ before, now }) => before.spack !== now.spack);
  return {
    everything: [...new Set(everything)].sort(),
    compare: spack || files.some(changesRules),
    spackBefore: spack ? roots.flatMap(({ before }) => before.environments) : [],
    spackNow: spack ? roots.flatMap(({ now }) => now.environments) : [],
    toolchains: roots.flatMap(({ now }) => now.toolchains),
  };
}

const moduleLock = "MODULE.bazel.lock";

function decidesAll(file: string): boolean {
  return (
    /(^|\/)\.?[^/]*\.bazelrc$|^\.bazelversion$|^\.bazeliskrc$|^tools\/bazel$/.test(file) ||
    file.endsWith(".MODULE.bazel")
  );
}

/** A file that is added shows among the inputs of the rules that take it; one that is gone shows no more. */
function changesRules({ file, how, submodule }: ChangedFile): boolean {
  if (submodule || how === "deleted") return true;
  return /(^|\/)(BUILD|BUILD\.bazel|REPO\.bazel|\.bazelignore)$|\.(bzl|scl)$/.test(file);
}

/** MODULE.bazel.lock records what the extension of Spack's repositories has read; its changes show in their rules. */
function withoutSpack(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), (key, value: unknown) =>
      /sygaldry_spack[^/]*\/\/:extensions\.bzl%spack$/.test(key) ? undefined : value,
    );
  } catch {
    return text;
  }
}

import path from "node:path";
import { SygaldryError } from "../../base/errors.ts";
import { gitCommand } from "../../base/git.ts";
import type { ProcessResult, ProcessRunner } from "../../base/process.ts";

export interface ChangedFile {
  /** Below the workspace's root with '/'. Of a submodule its folder. */
  readonly file: string;
  readonly how: "added" | "modified" | "deleted";
  readonly submodule: boolean;
}

export interface Changes {
  /** What the revision stands for. */
  readonly commit: string;
  /** Of the repository; absolute, links resolved. */
  readonly top: string;
  /** Of the workspace below that with '/'; empty at the top. */
  readonly folder: string;
  /** Sorted by file. */
  readonly files: readonly ChangedFile[];
  /** How many changed files lie outside the workspace. */
  readonly outside: number;
}

export interface ChangesOptions {
  readonly since: string;
  /** Since where HEAD left `since`, instead of `since` itself. */
  readonly mergeBase: boolean;
  readonly signal?: AbortSignal;
}

/**
 * What differs between a revision and the files as they are: committed, staged, unstaged and untracked, without what git
 * ignores; a renamed file is one deleted and one added. Throws SYG-GIT for a folder without a repository and a revision
 * that is not there.
 */
export async function findChanges(
  runner: ProcessRunner,
  root: string,
  { since, mergeBase, signal }: ChangesOptions,
): Promise<Changes> {
  const git = async (folder: string, ...args: readonly string[]): Promise<ProcessResult> =>
    runner.run(gitCommand(folder, args), signal === undefined ? {} : { signal });
  const where = await git(root, "rev-parse", "--show-toplevel", "--show-prefix");
  if (where.exitCode !== 0)
    throw failure(
      `${root} is in no git repository that git reads`,
      where,
      "Run it in a clone of the repository.",
    );
  const [top = "", prefix = ""] = where.stdout.split("\n");
  const commit = await resolveCommit(git, root, since, mergeBase);
  const diff = await git(
    top,
    "diff",
    "--raw",
    "-z",
    "--no-renames",
    "--no-abbrev",
    "--ignore-submodules=none",
    commit,
    "--",
  );
  if (diff.exitCode !== 0) throw failure(`git cannot compare with ${since}`, diff);
  const untracked = await git(top, "ls-files", "-z", "--others", "--exclude-standard");
  if (untracked.exitCode !== 0) throw failure("git cannot list untracked files", untracked);
  const all = [...parseRawDiff(diff.stdout), ...parseUntracked(untracked.stdout)];
  const inside = all.filter(({ file }) => file.startsWith(prefix));
  return {
    ...{ commit, top, folder: prefix.replace(/\/$/, "") },
    files: unique(inside.map((change) => ({ ...change, file: change.file.slice(prefix.length) }))),
    outside: all.length - inside.length,
  };
}

/** The text of a file at a commit; empty when it was not there. */
export async function textAt(
  runner: ProcessRunner,
  { top, folder, commit }: Changes,
  file: string,
  signal: AbortSignal | undefined,
): Promise<string> {
  const command = gitCommand(top, ["show", `${commit}:${path.posix.join(folder, file)}`]);
  const { exitCode, stdout } = await runner.run(command, signal === undefined ? {} : { signal });
  return exitCode === 0 ? stdout : "";
}

type Git = (folder: string, ...args: readonly string[]) => Promise<ProcessResult>;

async function resolveCommit(git: Git, root: string, since: string, mergeBase: boolean): Promise<string> {
  const found = await git(root, "rev-parse", "--verify", "--quiet", "--end-of-options", `${since}^{commit}`);
  const shallow = (await git(root, "rev-parse", "--is-shallow-repository")).stdout.trim() === "true";
  const more = shallow
    ? "The clone is shallow: `git fetch --unshallow` (in CI: fetch-depth 0) brings the rest of the history."
    : "`git fetch` brings what is on the server; `git log --oneline` lists what is here.";
  if (found.exitCode !== 0) throw failure(`there is no commit ${since}`, found, more);
  const commit = found.stdout.trim();
  if (!mergeBase) return commit;
  const base = await git(root, "merge-base", commit, "HEAD");
  if (base.exitCode !== 0) throw failure(`HEAD and ${since} have no commit in common`, base, more);
  return base.stdout.trim();
}

const submoduleMode = "160000";

/** `:oldmode newmode oldsha newsha status NUL path NUL` (git-diff(1), "Raw output format"). */
function* parseRawDiff(text: string): Generator<ChangedFile> {
  const fields = text.split("\0");
  for (let at = 0; at + 1 < fields.length; at += 2) {
    const [, before, after, status = ""] = /^:(\d+) (\d+) \S+ \S+ ([A-Z])/.exec(fields[at] ?? "") ?? [];
    const how = status === "A" ? "added" : status === "D" ? "deleted" : "modified";
    const submodule = before === submoduleMode || after === submoduleMode;
    yield { file: fields[at + 1] ?? "", how, submodule };
  }
}

/** A repository inside that is no submodule is one entry with '/' at its end. */
function* parseUntracked(text: string): Generator<ChangedFile> {
  for (const file of text.split("\0"))
    if (file !== "") yield { file: file.replace(/\/$/, ""), how: "added", submodule: file.endsWith("/") };
}

/** A file that left the index and lies there still is both deleted and untracked: it has changed. */
function unique(files: readonly ChangedFile[]): readonly ChangedFile[] {
  const found = new Map<string, ChangedFile>();
  for (const change of files)
    found.set(change.file, found.has(change.file) ? { ...change, how: "modified" } : change);
  return [...found.values()].sort((a, b) => (a.file < b.file ? -1 : a.file > b.file ? 1 : 0));
}

function failure(what: string, { stderr, exitCode }: ProcessResult, next?: string): SygaldryError {
  return new SygaldryError("SYG-GIT", `${what}\n${stderr.trim()}`.trimEnd(), {
    ...(next === undefined ? {} : { next }),
    data: { exitCode },
  });
}

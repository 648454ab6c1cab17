import { stat } from "node:fs/promises";
import path from "node:path";
import { isCancellation } from "../base/errors.ts";
import { readTextIfExists } from "../base/files.ts";
import { gitCommand } from "../base/git.ts";
import type { ProcessRunner } from "../base/process.ts";

/** A git repository as its files show it, without running git. */
export interface Repository {
  /** Of the checkout inside it, with '/'; empty at the top. */
  readonly folder: string;
  /** Device, inode and birth of the repository's common directory: the same for all its worktrees, gone with it. */
  readonly stamp: string;
  /** The history is cut off, so the root commits are not known. */
  readonly shallow: boolean;
}

/** The repository that `folder` (absolute, resolved) lies in, or undefined. */
export async function findRepository(folder: string): Promise<Repository | undefined> {
  for (let top = folder; ; top = path.dirname(top)) {
    const common = await commonDirectory(path.join(top, ".git"));
    if (common !== undefined) {
      const { dev, ino, birthtimeNs } = await stat(common, { bigint: true });
      return {
        folder: path.relative(top, folder).split(path.sep).join("/"),
        stamp: `${dev}-${ino}-${birthtimeNs}`,
        shallow: (await kindOf(path.join(common, "shallow"))) === "file",
      };
    }
    if (top === path.dirname(top)) return undefined;
  }
}

/** Root commits of HEAD, sorted; none when git is missing, refuses (another owner's repository), or there is no commit. */
export async function rootCommits(
  folder: string,
  runner: ProcessRunner,
  signal?: AbortSignal,
): Promise<readonly string[]> {
  try {
    const { exitCode, stdout } = await runner.run(
      gitCommand(folder, ["rev-list", "--max-parents=0", "HEAD"]),
      signal === undefined ? {} : { signal },
    );
    return exitCode === 0
      ? stdout
          .split("\n")
          .filter((line) => /^[0-9a-f]{40,64}$/.test(line))
          .sort()
      : [];
  } catch (error) {
    if (isCancellation(error)) throw error;
    return [];
  }
}

/**
 * The directory that all worktrees share. `.git` is it, or in a worktree a file `gitdir: <path>` to a directory with a
 * file `commondir` (gitrepository-layout(5)). Undefined when this is no repository.
 */
async function commonDirectory(dotGit: string): Promise<string | undefined> {
  const kind = await kindOf(dotGit);
  if (kind === "folder") return (await kindOf(path.join(dotGit, "HEAD"))) === undefined ? undefined : dotGit;
  if (kind !== "file") return undefined;
  const [, target] = /^gitdir: (.+)$/m.exec((await readTextIfExists(dotGit)) ?? "") ?? [];
  if (target === undefined) return undefined;
  const own = path.resolve(path.dirname(dotGit), target);
  const shared = (await readTextIfExists(path.join(own, "commondir")))?.trim();
  const common = shared === undefined ? own : path.resolve(own, shared);
  return (await kindOf(common)) === "folder" ? common : undefined;
}

async function kindOf(place: string): Promise<"file" | "folder" | undefined> {
  const found = await stat(place).catch(() => undefined);
  return found?.isDirectory() ? "folder" : found?.isFile() ? "file" : undefined;
}

import { lstat, mkdir, rm } from "node:fs/promises";
import path from "node:path";
import { SygaldryError } from "../../base/errors.ts";
import { gitCommand } from "../../base/git.ts";
import type { ProcessRunner } from "../../base/process.ts";

/**
 * Writes the files of a commit into `target`, with the submodules that are checked out here, as `git checkout` would: and
 * nothing into the repository, so that whatever ends this leaves no worktree behind. `top` is the repository's. Throws
 * SYG-GIT.
 */
export async function writeTree(
  runner: ProcessRunner,
  top: string,
  commit: string,
  target: string,
  signal?: AbortSignal,
): Promise<void> {
  const index = `${target}.index`;
  const git = async (...args: readonly string[]): Promise<string> => {
    const command = gitCommand(top, args);
    const env = { ...command.env, GIT_INDEX_FILE: index };
    const { exitCode, stdout, stderr } = await runner.run(
      { ...command, env },
      signal === undefined ? {} : { signal },
    );
    if (exitCode === 0) return stdout;
    throw new SygaldryError("SYG-GIT", `git cannot read the files of ${commit}\n${stderr.trim()}`.trimEnd(), {
      data: { exitCode },
    });
  };
  await mkdir(target, { recursive: true });
  await git("read-tree", commit);
  await git("checkout-index", "--all", "--quiet", `--prefix=${target}/`);
  await rm(index, { force: true });
  const entries = (await git("ls-tree", "-r", "-z", commit)).split("\0");
  for (const entry of entries) {
    const [, at, folder] = /^160000 commit (\S+)\t(.*)$/s.exec(entry) ?? [];
    if (at === undefined || folder === undefined) continue;
    const submodule = path.join(top, folder);
    // One that is not checked out has no files here either.
    if ((await lstat(path.join(submodule, ".git")).catch(() => undefined)) === undefined) continue;
    await writeTree(runner, submodule, at, path.join(target, folder), signal).catch((error: unknown) => {
      // Its commit may have been fetched by nobody; its packages then count as new.
      if (!(error instanceof SygaldryError) || error.code !== "SYG-GIT") throw error;
    });
  }
}

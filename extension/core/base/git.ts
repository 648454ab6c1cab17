import type { Command } from "./process.ts";

/** A git command in `folder`, about the repository that the folder lies in. */
export function gitCommand(folder: string, args: readonly string[]): Command {
  // Inside a git hook these variables name the hook's repository, whatever the working directory.
  const {
    GIT_DIR: _dir,
    GIT_WORK_TREE: _tree,
    GIT_INDEX_FILE: _index,
    GIT_COMMON_DIR: _common,
    ...environment
  } = process.env;
  return { command: "git", args, cwd: folder, env: environment };
}

import { stat } from "node:fs/promises";
import path from "node:path";
import { SygaldryError } from "../../base/errors.ts";

/** What makes a folder a workspace's root; MODULE.bazel and REPO.bazel alone do since Bazel 6.3. */
const rootFiles = ["MODULE.bazel", "REPO.bazel", "WORKSPACE.bazel", "WORKSPACE"] as const;

export interface WorkspaceRoot {
  /** Absolute. */
  readonly root: string;
  /** Which of the files are there. */
  readonly files: readonly string[];
}

/** The workspace that `folder` (absolute) lies in: the nearest one upwards. Throws SYG-BAZEL-WORKSPACE when there is none. */
export async function findWorkspaceRoot(folder: string): Promise<WorkspaceRoot> {
  for (let root = folder; ; root = path.dirname(root)) {
    const there = await Promise.all(rootFiles.map((name) => isFile(path.join(root, name))));
    const files = rootFiles.filter((_, index) => there[index] === true);
    if (files.length > 0) return { root, files };
    if (root === path.dirname(root)) break;
  }
  throw new SygaldryError("SYG-BAZEL-WORKSPACE", `${folder} is in no Bazel workspace`, {
    next: "Go to a folder below a MODULE.bazel (or WORKSPACE), or make one: `sygaldry bazel sync`.",
  });
}

async function isFile(file: string): Promise<boolean> {
  return (await stat(file).catch(() => undefined))?.isFile() ?? false;
}

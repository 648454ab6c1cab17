import { realpath } from "node:fs/promises";
import path from "node:path";
import { SygaldryError } from "../base/errors.ts";
import { sha256 } from "../base/files.ts";
import { type ProcessRunner, processRunner } from "../base/process.ts";
import type { ProjectConfig } from "./config.ts";
import { findRepository, rootCommits } from "./repository.ts";

/** Names the storage: `project.id`, else the folder's name made into an id. Throws SYG-CONFIG-INVALID when nothing is left. */
export function projectId({ config, root, file }: ProjectConfig): string {
  if (config.project.id !== undefined) return config.project.id;
  const id = idFromName(path.basename(root));
  if (id !== undefined) return id;
  throw new SygaldryError(
    "SYG-CONFIG-INVALID",
    `${file}: no project id can be made of the folder name ${root}`,
    {
      next: "Set project.id in sygaldry.yaml (lower-case letters, digits, '.', '_' and '-').",
    },
  );
}

/** A folder's name as a project id: lower-case, other characters as '-'; undefined when nothing is left. */
export function idFromName(name: string): string | undefined {
  const id = name
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, "-")
    .replace(/^[^a-z0-9]+/, "")
    .slice(0, 63)
    .replace(/-+$/, "");
  return id === "" ? undefined : id;
}

/** One working copy, and what tells whether another is of the same repository. */
export interface CheckoutIdentity {
  /** With symbolic links resolved. */
  readonly path: string;
  /** The same for all worktrees of one clone while it exists, and cheap to find; undefined without git. */
  readonly clone: string | undefined;
  /**
   * What all clones share: git's root commits, with the folder inside the repository unless the checkout is its top.
   * Sorted; empty without git, without a commit, or where history is cut off. Runs git, once.
   */
  repository(signal?: AbortSignal): Promise<readonly string[]>;
}

/** Identifies the checkout at `root` without running anything: git only runs when `repository` is called. */
export async function checkoutIdentity(
  root: string,
  runner: ProcessRunner = processRunner,
): Promise<CheckoutIdentity> {
  const resolved = await realpath(root);
  const found = await findRepository(resolved);
  const within = (id: string) => (found?.folder ? `${id}:${found.folder}` : id);
  let commits: Promise<readonly string[]> | undefined;
  return {
    path: resolved,
    clone: found === undefined ? undefined : within(found.stamp),
    repository: async (signal) => {
      if (found === undefined || found.shallow) return [];
      commits ??= rootCommits(resolved, runner, signal);
      return (await commits).map(within);
    },
  };
}

/** `<folder>-<8 hex digits of the SHA-256 of the resolved path>`: a file name that is this checkout's own. */
export async function checkoutKey(root: string): Promise<string> {
  const resolved = await realpath(root);
  return `${idFromName(path.basename(resolved)) ?? "checkout"}-${sha256(resolved).slice(0, 8)}`;
}

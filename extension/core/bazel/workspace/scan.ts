import { readFile, stat } from "node:fs/promises";
import path from "node:path";
import { messageOf } from "../../base/errors.ts";
import { forEachParallel } from "../../base/parallel.ts";
import { readBuildFile } from "../build-file/read-build-file.ts";
import { findPackages } from "./find-packages.ts";
import { type BazelPackage, type BazelWorkspace, packageOf, targetLabel } from "./workspace.ts";

export interface ScanOptions {
  /** Below the root with '/'; only packages there. Default: all. */
  readonly folder?: string;
  /** Only the folder's own package. */
  readonly single?: boolean;
  readonly signal?: AbortSignal;
}

/** More at once gain nothing: Node reads files in four threads. */
const atOnce = 32;

/**
 * The workspace as its BUILD files show it, without starting Bazel. Never fails for what a file holds. A folder that is
 * not there has no packages. Throws AbortError when `signal` fires.
 */
export async function scanWorkspace(
  root: string,
  { folder = "", single = false, signal }: ScanOptions = {},
): Promise<BazelWorkspace> {
  if (!(await isFolder(path.join(root, folder)))) return { root, packages: [], problems: [] };
  const { files, problems } = single
    ? { files: await packageFile(root, folder), problems: [] }
    : await findPackages(root, folder, signal);
  const packages: BazelPackage[] = [];
  const entries = files.map((file, index) => ({ file, index }));
  await forEachParallel(entries, atOnce, async ({ file, index }) => {
    signal?.throwIfAborted();
    packages[index] = await readPackage(root, file);
  });
  return { root, packages, problems };
}

async function readPackage(root: string, file: string): Promise<BazelPackage> {
  const label = packageOf(file);
  try {
    const { targets, unread, problems, defaultVisibility } = readBuildFile(
      await readFile(path.join(root, file), "utf8"),
    );
    return {
      ...{ label, file, unread, problems, defaultVisibility },
      targets: targets.map(({ name, kind, line, column, certain }) => ({
        ...{ label: targetLabel(label, name), name, kind, line, column, certain },
      })),
    };
  } catch (error) {
    const problems = [{ message: `it cannot be read: ${messageOf(error)}`, line: 1, column: 1 }];
    return { label, file, targets: [], unread: [], problems, defaultVisibility: undefined };
  }
}

async function packageFile(root: string, folder: string): Promise<readonly string[]> {
  for (const name of ["BUILD.bazel", "BUILD"]) {
    const file = folder === "" ? name : `${folder}/${name}`;
    if ((await stat(path.join(root, file)).catch(() => undefined))?.isFile()) return [file];
  }
  return [];
}

async function isFolder(folder: string): Promise<boolean> {
  return (await stat(folder).catch(() => undefined))?.isDirectory() ?? false;
}

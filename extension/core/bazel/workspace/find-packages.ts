import type { Dirent } from "node:fs";
import { readdir, realpath, stat } from "node:fs/promises";
import path from "node:path";
import { messageOf } from "../../base/errors.ts";
import { readIgnored } from "./ignored.ts";
import { type BazelProblem, compareTexts, packageOf } from "./workspace.ts";

export interface FoundPackages {
  /** BUILD files below the root with '/', sorted by their packages. */
  readonly files: readonly string[];
  /** Folders that cannot be read. */
  readonly problems: readonly BazelProblem[];
}

/** A folder with it holds no links that Bazel's `...` follows. */
const noLinks = "DONT_FOLLOW_SYMLINKS_WHEN_TRAVERSING_THIS_DIRECTORY_VIA_A_RECURSIVE_TARGET_PATTERN";

/**
 * The packages that `//FOLDER/...` means to Bazel: each folder below with a BUILD.bazel or else a BUILD that is a file,
 * links to folders followed but for circles and Bazel's own (`bazel-out` …), without what the repository has ignored.
 */
export async function findPackages(
  root: string,
  folder: string,
  signal: AbortSignal | undefined,
): Promise<FoundPackages> {
  const ignored = await readIgnored(root);
  const real = await realpath(root);
  const found: string[] = [];
  const problems: BazelProblem[] = [];
  const visit = async (below: string, above: readonly string[]): Promise<void> => {
    signal?.throwIfAborted();
    const entries = await list(root, below, problems);
    const named = new Map(entries.map((entry) => [entry.name, entry]));
    const file = await buildFile(root, below, named);
    if (file !== undefined) found.push(join(below, file));
    const folders = entries.filter((entry) => entry.isDirectory() && !versionControl.has(entry.name));
    const links = named.has(noLinks) ? [] : entries.filter((entry) => entry.isSymbolicLink());
    await Promise.all([
      ...folders.map(({ name }) => descend(join(below, name), above)),
      ...links.map(async ({ name }) => {
        if (below === "" && name.startsWith("bazel-")) return;
        const target = await folderOf(path.join(root, below, name));
        // Links into Bazel's output have other names where --symlink_prefix says so.
        if (target === undefined || target.includes("/execroot/")) return;
        if (circles(target, path.join(real, below), above)) return;
        await descend(join(below, name), [...above, target]);
      }),
    ]);
  };
  const descend = (below: string, above: readonly string[]) =>
    ignored(below) ? Promise.resolve() : visit(below, above);
  await visit(folder, [real]);
  return { files: found.sort((a, b) => compareTexts(packageOf(a), packageOf(b))), problems };
}

const versionControl = new Set([".git", ".hg", ".svn", ".jj"]);

async function list(root: string, below: string, problems: BazelProblem[]): Promise<readonly Dirent[]> {
  try {
    return await readdir(path.join(root, below), { withFileTypes: true });
  } catch (error) {
    const message = `the folder ${below || "."} cannot be read: ${messageOf(error)}`;
    problems.push({ message, file: undefined, line: undefined, column: undefined, package: undefined });
    return [];
  }
}

/** The name of the folder's BUILD file. On a disk that ignores case, `build/` is none. */
async function buildFile(
  root: string,
  below: string,
  named: ReadonlyMap<string, Dirent>,
): Promise<string | undefined> {
  for (const name of ["BUILD.bazel", "BUILD"]) {
    const entry = named.get(name);
    if (entry?.isFile()) return name;
    if (!entry?.isSymbolicLink()) continue;
    const target = await stat(path.join(root, below, name)).catch(() => undefined);
    if (target?.isFile()) return name;
  }
  return undefined;
}

/** Where a link to a folder leads. */
async function folderOf(link: string): Promise<string | undefined> {
  try {
    return (await stat(link)).isDirectory() ? await realpath(link) : undefined;
  } catch {
    return undefined;
  }
}

/** Whether a link's target holds the link itself, so that following it would never end. */
function circles(target: string, here: string, above: readonly string[]): boolean {
  const holds = (folder: string) => folder === target || folder.startsWith(`${target}${path.sep}`);
  return holds(here) || above.some(holds);
}

function join(below: string, name: string): string {
  return below === "" ? name : `${below}/${name}`;
}

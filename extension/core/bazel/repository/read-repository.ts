import { realpath, stat } from "node:fs/promises";
import path from "node:path";
import { messageOf, SygaldryError, systemCode } from "../../base/errors.ts";
import { readIfExists } from "../../base/rendered/compare.ts";
import { withoutBlock } from "./block.ts";
import { readDeclared } from "./declared.ts";
import { foldersAbove } from "./labels.ts";
import type { ExistingFile, ExistingRepository } from "./model.ts";
import { buildFileNames, moduleFolder, rootFileNames } from "./places.ts";

/**
 * Reads what setting up the workspace at `root` needs to know: the files at its root, `more` files (paths below it), the files that
 * MODULE.bazel includes, and which of the folders above `labelled` are packages.
 * Throws SYG-BAZEL-WORKSPACE for a MODULE.bazel or WORKSPACE that is no Starlark, SYG-FILE for a file that leads out of it.
 */
export async function readRepository(
  root: string,
  more: readonly string[],
  labelled: readonly string[],
): Promise<ExistingRepository> {
  const real = await realpath(root);
  const files = new Map<string, ExistingFile>();
  const take = async (name: string) => {
    const file = await readFileOf(real, name);
    if (file !== undefined) files.set(name, file);
    return file;
  };
  for (const folder of new Set([...foldersAbove(`${moduleFolder}/x`), ...more.flatMap(foldersAbove)]))
    await requireFolder(real, folder);
  for (const name of new Set([...rootFileNames, ...more])) await take(name);
  for (const name of ["MODULE.bazel", "WORKSPACE", "WORKSPACE.bazel"]) await takeIncluded(name, files, take);
  const folders = ["", ...new Set(labelled.flatMap(foldersAbove))];
  const packages = await Promise.all(folders.map((folder) => isPackage(path.join(real, folder))));
  return { files, packages: new Set(folders.filter((_, index) => packages[index] === true)) };
}

async function takeIncluded(
  name: string,
  files: ReadonlyMap<string, ExistingFile>,
  take: (name: string) => Promise<ExistingFile | undefined>,
): Promise<void> {
  const text = files.get(name)?.text;
  if (text === undefined) return;
  const { problem, includes } = readDeclared(withoutBlock(text));
  if (problem !== undefined)
    throw new SygaldryError("SYG-BAZEL-WORKSPACE", `${name}:${problem.line}: ${problem.message}`, {
      next: "Repair the file first: what it declares decides what is added to it.",
    });
  for (const label of includes) {
    const file = label
      .replace(/^(@@?)?\/\//, "")
      .replace(":", "/")
      .replace(/^\//, "");
    if (!files.has(file) && (await take(file)) !== undefined) await takeIncluded(file, files, take);
  }
}

async function readFileOf(root: string, name: string): Promise<ExistingFile | undefined> {
  const file = path.join(root, name);
  const found = await lookAt(root, name);
  if (found === undefined) return undefined;
  // Reading a pipe would wait for its writer.
  if (!found.isFile) throw new SygaldryError("SYG-FILE", `${file} is no file`, { next: moveAway });
  const content = await readIfExists(file);
  if (content === undefined) return undefined;
  const text = Buffer.from(content).toString("latin1");
  const { mode, target } = found;
  return { text, mode, ...(target === name ? {} : { target }) };
}

/** What is written below a folder must stay in the workspace. */
async function requireFolder(root: string, name: string): Promise<void> {
  const found = await lookAt(root, name);
  if (found !== undefined && !found.isFolder)
    throw new SygaldryError("SYG-FILE", `${path.join(root, name)} is no folder`, { next: moveAway });
}

const moveAway = "Move it away: `sygaldry bazel sync` writes there.";

interface Found {
  /** Permission bits. */
  readonly mode: number;
  /** Below the root with '/', links resolved. */
  readonly target: string;
  readonly isFile: boolean;
  readonly isFolder: boolean;
}

/** Undefined where nothing is. Throws SYG-FILE for what leads out of the workspace. */
async function lookAt(root: string, name: string): Promise<Found | undefined> {
  const file = path.join(root, name);
  try {
    const [real, stats] = await Promise.all([realpath(file), stat(file)]);
    const target = path.relative(root, real).split(path.sep).join("/");
    if (target === ".." || target.startsWith("../") || path.isAbsolute(target))
      throw new SygaldryError("SYG-FILE", `${name} is a link to ${real}, outside the workspace`, {
        next: stats.isDirectory()
          ? "Put a folder of its own there, and run this again."
          : "Put a file of its own there (it may import the other), and run this again.",
      });
    return { mode: stats.mode & 0o777, target, isFile: stats.isFile(), isFolder: stats.isDirectory() };
  } catch (cause) {
    if (cause instanceof SygaldryError) throw cause;
    if (systemCode(cause) === "ENOENT" || systemCode(cause) === "ENOTDIR") return undefined;
    throw new SygaldryError("SYG-FILE", `${file} cannot be read: ${messageOf(cause)}`, { cause });
  }
}

async function isPackage(folder: string): Promise<boolean> {
  const found = await Promise.all(
    buildFileNames.map(async (name) =>
      (await stat(path.join(folder, name)).catch(() => undefined))?.isFile(),
    ),
  );
  return found.includes(true);
}

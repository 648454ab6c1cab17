import { realpath, stat } from "node:fs/promises";
import path from "node:path";
import { glob } from "tinyglobby";
import { isCancellation } from "../base/errors.ts";
import { gitCommand } from "../base/git.ts";
import type { ProcessRunner } from "../base/process.ts";

/** A folder with a spack.yaml. */
export interface EnvironmentFolder {
  /** Its path below the repository with '/', `.` for the repository itself. */
  readonly name: string;
  /** Absolute. */
  readonly folder: string;
}

export interface FindOptions {
  readonly runner: ProcessRunner;
  /** Globs of the folders that count; all when undefined. */
  readonly only?: readonly string[] | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * The Spack environments of a repository, sorted by name: those of `only`, else each folder with a spack.yaml that git tracks or does not ignore;
 * without git, each one outside hidden folders and node_modules. Spack's own copies (`.spack-env`) are left out.
 */
export async function findEnvironments(
  root: string,
  { runner, only, signal }: FindOptions,
): Promise<readonly EnvironmentFolder[]> {
  const everywhere = [`**/${manifestName}`];
  const files = only
    ? await walk(
        root,
        only.map((folder) => `${folder.replace(/\/+$/, "")}/${manifestName}`),
        signal,
      )
    : ((await askGit(root, runner, signal)) ?? (await walk(root, everywhere, signal)));
  const names = [...new Set(files.map((file) => path.posix.dirname(file)))]
    .filter((name) => !name.split("/").includes(".spack-env"))
    .sort();
  const there = await Promise.all(names.map((name) => isFile(path.join(root, name, manifestName))));
  return names
    .filter((_, index) => there[index] === true)
    .map((name) => ({ name, folder: path.join(root, name) }));
}

export const manifestName = "spack.yaml";
export const lockName = "spack.lock";

/** Undefined when git is missing, or this is no repository of it. */
async function askGit(
  root: string,
  runner: ProcessRunner,
  signal: AbortSignal | undefined,
): Promise<readonly string[] | undefined> {
  const args = [
    "ls-files",
    "-z",
    "--cached",
    "--others",
    "--exclude-standard",
    "--",
    `:(glob)**/${manifestName}`,
  ];
  try {
    const command = gitCommand(root, args);
    const result = await runner.run(command, signal === undefined ? {} : { signal });
    return result.exitCode === 0 ? result.stdout.split("\0").filter((file) => file !== "") : undefined;
  } catch (error) {
    if (isCancellation(error)) throw error;
    return undefined;
  }
}

async function walk(
  root: string,
  patterns: readonly string[],
  signal: AbortSignal | undefined,
): Promise<readonly string[]> {
  return glob([...patterns], {
    cwd: root,
    ignore: ["**/node_modules/**"],
    followSymbolicLinks: false,
    ...(signal === undefined ? {} : { signal }),
  });
}

async function isFile(file: string): Promise<boolean> {
  return (await stat(file).catch(() => undefined))?.isFile() ?? false;
}

/**
 * The environment that `name` means to somebody standing in `cwd`: a folder with a spack.yaml, the spack.yaml or spack.lock
 * itself, or the name or the last part of the name of one of `known`. Undefined when it is none, or more than one.
 */
export async function environmentNamed(
  name: string,
  cwd: string,
  root: string,
  known: readonly EnvironmentFolder[],
): Promise<EnvironmentFolder | undefined> {
  const place = path.resolve(cwd, name);
  const folder = [manifestName, lockName].includes(path.basename(place)) ? path.dirname(place) : place;
  if (await isFile(path.join(folder, manifestName))) return environmentAt(folder, root);
  const wanted = name.replace(/\/+$/, "");
  const exact = known.filter((environment) => environment.name === wanted);
  const [found, ...others] =
    exact.length > 0
      ? exact
      : known.filter((environment) => path.posix.basename(environment.name) === wanted);
  return others.length === 0 ? found : undefined;
}

/** The nearest folder with a spack.yaml, from `cwd` upwards to the repository's top. */
export async function nearestEnvironment(cwd: string, root: string): Promise<EnvironmentFolder | undefined> {
  const [real, top] = await Promise.all([realpath(cwd), realpath(root)]);
  for (let folder = real; ; folder = path.dirname(folder)) {
    if (await isFile(path.join(folder, manifestName))) return environmentAt(folder, top);
    if (folder === top || folder === path.dirname(folder)) return undefined;
  }
}

/** One outside the repository is called by its path. */
function environmentAt(folder: string, root: string): EnvironmentFolder {
  const relative = path.relative(root, folder).split(path.sep).join("/");
  const outside = relative === ".." || relative.startsWith("../") || path.isAbsolute(relative);
  return { name: outside ? folder : relative || ".", folder };
}

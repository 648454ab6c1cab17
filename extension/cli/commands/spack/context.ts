import path from "node:path";
import { SygaldryError } from "../../../core/base/errors.ts";
import { processRunner } from "../../../core/base/process.ts";
import { shellQuote } from "../../../core/base/shell.ts";
import { findRepository } from "../../../core/project/repository.ts";
import { findConfigFile } from "../../../core/project/root.ts";
import {
  type EnvironmentFolder,
  environmentNamed,
  findEnvironments,
  lockName,
  nearestEnvironment,
} from "../../../core/spack/find-environments.ts";
import { type LoadedLock, readLockfile } from "../../../core/spack/lockfile/read-lockfile.ts";
import { type CommonOptions, loadOptions } from "../../options.ts";
import { isConfigured } from "../../site.ts";

/** The folder whose environments are meant: of sygaldry.yaml, else the git repository's, else the working directory. */
export async function repositoryRoot(options: CommonOptions): Promise<string> {
  const { cwd, file } = loadOptions(options);
  if (file !== undefined) return path.dirname(path.resolve(cwd, file));
  try {
    return path.dirname(findConfigFile(cwd));
  } catch {
    const repository = await findRepository(cwd);
    return repository === undefined
      ? cwd
      : path.resolve(
          cwd,
          ...repository.folder
            .split("/")
            .filter(Boolean)
            .map(() => ".."),
        );
  }
}

/** The environments of the repository: those that sygaldry.yaml names, else all that are found. */
export async function repositoryEnvironments(
  options: CommonOptions,
  signal: AbortSignal,
): Promise<{ readonly root: string; readonly environments: readonly EnvironmentFolder[] }> {
  const root = await repositoryRoot(options);
  const only = await namedEnvironments(options);
  return { root, environments: await findEnvironments(root, { runner: processRunner, only, signal }) };
}

async function namedEnvironments(options: CommonOptions): Promise<readonly string[] | undefined> {
  const load = loadOptions(options);
  if (!isConfigured(load)) return undefined;
  const { loadConfig } = await import("../../../core/project/config.ts");
  return (await loadConfig(load)).config.spack.environments;
}

/**
 * The environment that is named; without a name the nearest one upwards, else the only one of the repository.
 * Throws SYG-SPACK-ENV that lists those there are.
 */
export async function chooseEnvironment(
  options: CommonOptions,
  name: string | undefined,
  signal: AbortSignal,
): Promise<EnvironmentFolder> {
  const { cwd } = loadOptions(options);
  const root = await repositoryRoot(options);
  if (name === undefined) {
    const nearest = await nearestEnvironment(cwd, root);
    if (nearest !== undefined) return nearest;
  }
  const { environments: known } = await repositoryEnvironments(options, signal);
  const found =
    name === undefined
      ? known.length === 1
        ? known[0]
        : undefined
      : await environmentNamed(name, cwd, root, known);
  if (found !== undefined) return found;
  throw new SygaldryError("SYG-SPACK-ENV", problem(name, known, root), {
    next:
      known.length === 0
        ? "Run `sygaldry spack create NAME`, or go to a repository that has a spack.yaml."
        : `Name one of: ${known.map((environment) => environment.name).join(", ")}.`,
    data: { environments: known.map((environment) => environment.name) },
  });
}

function problem(name: string | undefined, known: readonly EnvironmentFolder[], root: string): string {
  if (known.length === 0) return `there is no spack.yaml in ${root}`;
  if (name === undefined) return `${root} has ${known.length} environments, and none was named`;
  const similar = known.filter((environment) => path.posix.basename(environment.name) === name);
  return similar.length > 1
    ? `${similar.length} environments are called ${name}`
    : `there is no environment ${name} in ${root}`;
}

/** The environment's lock. Throws SYG-SPACK-LOCK when it was never solved. */
export async function requireLock(environment: EnvironmentFolder, signal: AbortSignal): Promise<LoadedLock> {
  const lock = await readLockfile(path.join(environment.folder, lockName), signal);
  if (lock !== undefined) return lock;
  throw new SygaldryError("SYG-SPACK-LOCK", `${environment.name} has no spack.lock: it was never solved`, {
    next: `Run \`sygaldry spack concretize ${shellQuote(environment.name)}\`.`,
  });
}

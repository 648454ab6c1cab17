import path from "node:path";
import { SygaldryError } from "../../base/errors.ts";
import { type EnvironmentFolder, lockName } from "../../spack/find-environments.ts";
import { closure, nodeOf, rootHashes } from "../../spack/lockfile/closure.ts";
import type { Lockfile } from "../../spack/lockfile/lockfile.ts";
import type { SpackRepository } from "./model.ts";

/** An environment that becomes a Bazel repository. */
export interface ChosenEnvironment {
  /** The repository's: `spack` for @spack. */
  readonly name: string;
  readonly environment: EnvironmentFolder;
  /** Where it is installed, as sygaldry.yaml says. */
  readonly store: string | undefined;
}

/**
 * Repository names for environments that nobody named: the only one is `spack`; of several the one in the top folder or in a folder
 * `spack` is, and the others are `spack_` with the last part of their names that tells them apart.
 */
export function nameRepositories(environments: readonly EnvironmentFolder[]): readonly ChosenEnvironment[] {
  const named = (environment: EnvironmentFolder, name: string) => ({ environment, name, store: undefined });
  const [only] = environments;
  if (environments.length === 1 && only !== undefined) return [named(only, "spack")];
  const words = environments.map(({ name }) => name.split("/").map(wordOf));
  return environments.map((environment, index) => {
    if (environment.name === "." || environment.name === "spack") return named(environment, "spack");
    const own = words[index] ?? [];
    for (let length = 1; length < own.length; length++) {
      const tail = own.slice(-length).join("_");
      if (words.filter((other) => other.slice(-length).join("_") === tail).length === 1)
        return named(environment, `spack_${tail}`);
    }
    return named(environment, `spack_${own.join("_")}`);
  });
}

/** What the lock of an environment says of a repository. Throws SYG-SPACK-ENV for one outside of the workspace. */
export function spackRepository(
  { name, environment, store }: ChosenEnvironment,
  root: string,
  lock: Lockfile,
  located: { readonly root: string | undefined; readonly upstreams: readonly string[] },
): SpackRepository {
  const folder = path.relative(root, environment.folder).split(path.sep).join("/");
  if (folder === ".." || folder.startsWith("../") || path.isAbsolute(folder))
    throw new SygaldryError("SYG-SPACK-ENV", `${environment.folder} is outside of the workspace ${root}`, {
      next: "Bazel has no label for its lock: put the environment into the workspace, or leave it out of bazel.environments.",
    });
  const used = closure(lock, rootHashes(lock), ["link", "run"]);
  const roots = rootHashes(lock).map((hash) => {
    const node = nodeOf(lock, hash);
    return { hash, name: node.name, version: node.version };
  });
  return {
    name,
    environment: environment.name,
    lockPath: folder === "" ? lockName : `${folder}/${lockName}`,
    store: store ?? located.root,
    upstreams: located.upstreams,
    roots: roots.sort((a, b) => (orderOf(a) < orderOf(b) ? -1 : 1)),
    python: [...used].some((hash) => nodeOf(lock, hash).name === "python"),
  };
}

function wordOf(text: string): string {
  return text.toLowerCase().replace(/[^a-z0-9]+/g, "_");
}

function orderOf({
  name,
  version,
  hash,
}: {
  readonly name: string;
  readonly version: string;
  readonly hash: string;
}) {
  return `${name}\0${version}\0${hash}`;
}

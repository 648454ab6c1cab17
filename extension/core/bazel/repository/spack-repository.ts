import path from "node:path";
import { SygaldryError } from "../../base/errors.ts";
import { sha256 } from "../../base/files.ts";
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
 * Repository names for environments that nobody named, each its own: the only one is `spack`; of several the one in the top folder,
 * else in a folder `spack`, is, and the others are `spack_` with the last part of their names that tells them apart. Where none
 * does (`a-b` and `a_b`), a digest of the name follows.
 */
export function nameRepositories(environments: readonly EnvironmentFolder[]): readonly ChosenEnvironment[] {
  const top = environments.length === 1 ? environments[0] : topOf(environments);
  const words = environments.map(({ name }) => name.split("/").map(wordOf));
  return environments.map((environment, index): ChosenEnvironment => {
    const name = environment === top ? "spack" : `spack_${tailOf(environment, words[index] ?? [], words)}`;
    return { name, environment, store: undefined };
  });
}

function topOf(environments: readonly EnvironmentFolder[]): EnvironmentFolder | undefined {
  return [".", "spack"].flatMap((wanted) => environments.find(({ name }) => name === wanted) ?? [])[0];
}

function tailOf(
  { name }: EnvironmentFolder,
  own: readonly string[],
  all: readonly (readonly string[])[],
): string {
  for (let length = 1; length <= own.length; length++) {
    const tail = own.slice(-length).join("_");
    if (all.filter((other) => other.slice(-length).join("_") === tail).length === 1) return tail;
  }
  return `${own.join("_")}_${sha256(name).slice(0, 7)}`;
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

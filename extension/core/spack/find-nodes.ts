import { SygaldryError } from "../base/errors.ts";
import { nearest } from "../base/nearest.ts";
import { byNameThenHash } from "./graph/graph.ts";
import type { Lockfile, LockNode } from "./lockfile/lockfile.ts";
import { nodeSpec } from "./spec/node-spec.ts";
import { parseSpec } from "./spec/parse-spec.ts";
import { satisfies } from "./spec/satisfies.ts";

/** The nodes that a spec matches, as `spack find SPEC` would: `hdf5`, `hdf5@1.14 +mpi`, `/abc`, `%gcc@12`. Throws SpecSyntaxError. */
function findNodes(lock: Lockfile, text: string): readonly LockNode[] {
  const spec = parseSpec(text);
  return [...lock.nodes.values()]
    .filter((node) => (spec.name === "" || spec.name === node.name) && satisfies(nodeSpec(node, lock), spec))
    .sort(byNameThenHash);
}

/** The one node that a spec matches. Throws SYG-SPACK-PACKAGE when there is none, or more than one. */
export function findNode(lock: Lockfile, text: string): LockNode {
  const [found, ...others] = findNodes(lock, text);
  if (found !== undefined && others.length === 0) return found;
  if (found === undefined) throw noSuch(lock, text);
  const matches = [found, ...others];
  throw new SygaldryError("SYG-SPACK-PACKAGE", `${text} matches ${matches.length} packages of the lock`, {
    next: `Say which: ${matches.slice(0, 8).map(exactly).join(", ")}${matches.length > 8 ? " …" : ""}`,
    data: { matches: matches.map(({ name, version, hash }) => ({ name, version, hash })) },
  });
}

function exactly({ name, version, hash }: LockNode): string {
  return `${name}@${version}/${hash.slice(0, 7)}`;
}

function noSuch(lock: Lockfile, text: string): SygaldryError {
  const { name } = parseSpec(text);
  const there = [...lock.nodes.values()].filter((node) => node.name === name);
  const names = new Set([...lock.nodes.values()].map((node) => node.name));
  const near = name === "" ? undefined : nearest(name, names);
  const next =
    there.length > 0
      ? `The lock has ${there.map(exactly).join(", ")}.`
      : near === undefined
        ? "`sygaldry spack show --all` lists what is there."
        : `Did you mean ${near}?`;
  return new SygaldryError("SYG-SPACK-PACKAGE", `the lock has no ${text}`, { next });
}

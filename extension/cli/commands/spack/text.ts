import type { Lockfile, LockNode } from "../../../core/spack/lockfile/lockfile.ts";

/** `hdf5 1.14.6 /abc1234` */
export function nodeText(node: LockNode): string {
  return `${node.name} ${node.version} ${shortHash(node)}`;
}

export function shortHash({ hash }: { readonly hash: string }): string {
  return `/${hash.slice(0, 7)}`;
}

/** What machine-readable output says of a package. */
export function nodeJson(node: LockNode): Record<string, unknown> {
  return { name: node.name, version: node.version, hash: node.hash };
}

/** The roots in the order of their specs, those of included environments too. */
export function sortedRoots({ roots, includes }: Lockfile): Lockfile["roots"] {
  return [...roots, ...includes.flatMap((include) => include.roots)].sort((a, b) =>
    a.spec < b.spec ? -1 : a.spec > b.spec ? 1 : 0,
  );
}

export function count(number: number, one: string, many = `${one}s`): string {
  return `${number} ${number === 1 ? one : many}`;
}

import { rootHashes } from "../lockfile/closure.ts";
import type { DependencyType, Lockfile, LockNode, SpecHash } from "../lockfile/lockfile.ts";
import type { ViewDescriptor, ViewLink } from "./descriptor.ts";
import { topological } from "./topological.ts";
import { compareVersions } from "./version-order.ts";

export interface ViewQuestions {
  /** Whether Spack's database says so; externals that were used count too. */
  readonly isInstalled: (hash: SpecHash) => boolean;
  /** Whether the node satisfies the spec, as in a manifest's `select` and `exclude`. */
  readonly satisfies: (node: LockNode, spec: string) => boolean;
}

const followed: Readonly<Record<ViewLink, readonly DependencyType[]>> = {
  all: ["link", "run"],
  run: ["run"],
  roots: [],
};

/** The packages whose tag makes Spack keep only the newest of each in a view (builtin repository of 2025.11). */
const runtimes = new Set(["compiler-wrapper", "gcc-runtime", "glibc", "intel-oneapi-runtime", "musl"]);

/** The packages that Spack would put into the view today. */
export function viewSpecs(
  descriptor: ViewDescriptor,
  lock: Lockfile,
  { isInstalled, satisfies }: ViewQuestions,
): readonly LockNode[] {
  const { link, select, exclude } = descriptor;
  const chosen = topological(lock, rootHashes(lock), followed[link]).filter(
    (node) =>
      isInstalled(node.hash) &&
      (select.length === 0 || select.some((spec) => satisfies(node, spec))) &&
      !exclude.some((spec) => satisfies(node, spec)),
  );
  return newestRuntimes(chosen);
}

/** Of several of one version Spack keeps the one that comes first. */
function newestRuntimes(nodes: readonly LockNode[]): readonly LockNode[] {
  const newest = new Map<string, LockNode>();
  for (const node of nodes) {
    const known = newest.get(node.name);
    if (known === undefined || compareVersions(node.version, known.version) > 0) newest.set(node.name, node);
  }
  return nodes.filter((node) => !runtimes.has(node.name) || newest.get(node.name) === node);
}

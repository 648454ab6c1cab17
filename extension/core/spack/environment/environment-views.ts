import type { SpackContext } from "../context/context.ts";
import type { Lockfile, LockNode, SpecHash } from "../lockfile/lockfile.ts";
import type { Manifest } from "../manifest/manifest.ts";
import type { View } from "../manifest/views.ts";
import { nodeSpec } from "../spec/node-spec.ts";
import { parseSpec } from "../spec/parse-spec.ts";
import { satisfies } from "../spec/satisfies.ts";
import type { ViewDescriptor } from "../view/descriptor.ts";
import { viewHash } from "../view/view-hash.ts";
import { type ViewHealth, viewHealth } from "../view/view-health.ts";
import { viewSpecs } from "../view/view-specs.ts";
import type { EnvironmentPackage } from "./package-states.ts";
import type { EnvironmentStore } from "./read-store.ts";

/** A view that an environment asks for, and what is there of it. */
export interface EnvironmentView {
  readonly descriptor: ViewDescriptor;
  readonly health: ViewHealth;
  /** How many packages belong in it today; undefined when it was never solved or nothing is known of the store. */
  readonly packages: number | undefined;
}

export interface ViewOptions {
  readonly context: SpackContext;
  /** Follow every link. */
  readonly links: boolean;
  readonly signal?: AbortSignal | undefined;
}

/** The descriptors of a manifest's views; those whose root is not known here are left out (the manifest's problems say so). */
export function viewDescriptors(manifest: Manifest): readonly ViewDescriptor[] {
  return manifest.views.flatMap((view) => viewDescriptor(view) ?? []);
}

/** Undefined when the root is not known here. */
export function viewDescriptor(view: View): ViewDescriptor | undefined {
  if (view.root === undefined) return undefined;
  return {
    name: view.name,
    root: view.text ?? view.root,
    path: view.root,
    projections: Object.fromEntries(view.projections),
    select: view.select,
    exclude: view.exclude,
    link: view.link,
    linkType: view.linkType,
  };
}

export async function environmentViews(
  manifest: Manifest,
  lock: Lockfile | undefined,
  store: EnvironmentStore,
  packages: readonly EnvironmentPackage[],
  { context, links, signal }: ViewOptions,
): Promise<readonly EnvironmentView[]> {
  const records = [store.database, ...store.upstreams].flatMap((database) => [
    ...(database?.records.values() ?? []),
  ]);
  return Promise.all(
    viewDescriptors(manifest).map(async (descriptor) => {
      const nodes = lock && store.database ? wanted(descriptor, lock, packages) : undefined;
      const expected = {
        hash: nodes && lock && hashOf(descriptor, nodes, lock, packages),
        packages: lock && new Set(lock.nodes.keys()),
        records,
      };
      const options = { paths: context.paths, links, ...(signal && { signal }) };
      const health = await viewHealth(descriptor.path, expected, options);
      return { descriptor, health, packages: nodes?.length };
    }),
  );
}

function wanted(
  descriptor: ViewDescriptor,
  lock: Lockfile,
  packages: readonly EnvironmentPackage[],
): readonly LockNode[] {
  const installed = new Set(
    packages.filter(({ record }) => record?.installed === true).map(({ node }) => node.hash),
  );
  return viewSpecs(descriptor, lock, {
    isInstalled: (hash) => installed.has(hash),
    satisfies: (node, spec) => satisfies(nodeSpec(node, lock), parseSpec(spec)),
  });
}

/** Undefined when a prefix is not known. */
function hashOf(
  descriptor: ViewDescriptor,
  nodes: readonly LockNode[],
  lock: Lockfile,
  packages: readonly EnvironmentPackage[],
): string | undefined {
  const prefixes = new Map<SpecHash, string>();
  for (const { node, prefix } of packages) if (prefix !== undefined) prefixes.set(node.hash, prefix);
  if (nodes.some(({ hash }) => !prefixes.has(hash))) return undefined;
  return viewHash(descriptor, nodes, lock, (hash) => prefixes.get(hash) ?? "");
}

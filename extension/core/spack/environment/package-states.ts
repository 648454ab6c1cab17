import type { PathTranslation } from "../../site/paths.ts";
import { byNameThenHash } from "../graph/graph.ts";
import { bottomUp, buildOnly, rootHashes } from "../lockfile/closure.ts";
import type { Lockfile, LockNode, SpecHash } from "../lockfile/lockfile.ts";
import { findRecord, type StoreRecord } from "../store/database.ts";
import type { BuildFailure } from "../store/failures.ts";
import { type PrefixState, prefixStates } from "../store/prefix.ts";
import type { EnvironmentStore } from "./read-store.ts";

/**
 * installed: by the database, and the prefix is there. broken: by the database, and the prefix is gone.
 * missing: needed, and not installed. failed: missing, and the last build failed.
 * not-needed: only building needs it, and all that needed it is installed. external: not Spack's to install.
 * unknown: the store, or the prefix, cannot be examined from here.
 */
export type PackageState =
  | "installed"
  | "broken"
  | "missing"
  | "failed"
  | "not-needed"
  | "external"
  | "unknown";

/** A package of an environment: what was solved, and what is there. */
export interface EnvironmentPackage {
  readonly node: LockNode;
  readonly root: boolean;
  readonly buildOnly: boolean;
  readonly state: PackageState;
  /** Why, where the state alone does not say it. */
  readonly why: string | undefined;
  /** What the store's database says of it. */
  readonly record: StoreRecord | undefined;
  /** At the site. */
  readonly prefix: string | undefined;
  readonly failure: BuildFailure | undefined;
}

/** Joins a lock with its store; sorted by name. */
export async function packageStates(
  lock: Lockfile,
  store: EnvironmentStore,
  paths: PathTranslation,
): Promise<readonly EnvironmentPackage[]> {
  const records = new Map<SpecHash, StoreRecord>();
  for (const hash of lock.nodes.keys()) {
    const found = findRecord(hash, store.database, store.upstreams);
    if (found !== undefined) records.set(hash, found.record);
  }
  const prefixes = await prefixStates([...records.values()].filter(isOurs), paths);
  const states = statesOf(lock, store, records, prefixes);
  const onlyForBuilding = buildOnly(lock);
  const roots = new Set(rootHashes(lock));
  const failures = new Map(store.failures.map((failure) => [failure.hash, failure]));
  return [...lock.nodes.values()].sort(byNameThenHash).map((node) => {
    const record = records.get(node.hash);
    return {
      node,
      root: roots.has(node.hash),
      buildOnly: onlyForBuilding.has(node.hash),
      ...(states.get(node.hash) ?? { state: "unknown", why: undefined }),
      record,
      prefix: node.external?.path ?? record?.prefix,
      failure: failures.get(node.hash),
    };
  });
}

function isOurs({ installed, external }: StoreRecord): boolean {
  return installed && !external;
}

type Judgement = Pick<EnvironmentPackage, "state" | "why">;

/** From the roots down, because whether a build dependency is needed depends on what it builds. */
function statesOf(
  lock: Lockfile,
  store: EnvironmentStore,
  records: ReadonlyMap<SpecHash, StoreRecord>,
  prefixes: ReadonlyMap<string, PrefixState>,
): ReadonlyMap<SpecHash, Judgement> {
  const failed = new Set(store.failures.map(({ hash }) => hash));
  const needed = new Set(rootHashes(lock));
  const states = new Map<SpecHash, Judgement>();
  for (const node of bottomUp(lock).toReversed()) {
    const judgement = judge(node, store, records.get(node.hash), prefixes);
    const absent = judgement.state === "missing";
    const state = !absent
      ? judgement.state
      : failed.has(node.hash)
        ? "failed"
        : needed.has(node.hash)
          ? "missing"
          : "not-needed";
    states.set(node.hash, { ...judgement, state });
    const builds = state === "missing" || state === "failed";
    if (!builds && state === "not-needed") continue;
    for (const { hash, types } of node.dependencies) {
      if (builds || types.includes("link") || types.includes("run")) needed.add(hash);
    }
  }
  return states;
}

function judge(
  node: LockNode,
  { root, problems }: EnvironmentStore,
  record: StoreRecord | undefined,
  prefixes: ReadonlyMap<string, PrefixState>,
): Judgement {
  if (node.external !== undefined) return { state: "external", why: undefined };
  if (record === undefined || !record.installed) {
    if (root === undefined) return { state: "unknown", why: "where the store lies is not known here" };
    const [problem] = problems;
    return problem === undefined
      ? { state: "missing", why: undefined }
      : { state: "unknown", why: problem.message };
  }
  const prefix = record.prefix === undefined ? undefined : prefixes.get(record.prefix);
  if (prefix === undefined || prefix.state === "present") return { state: "installed", why: undefined };
  if (prefix.state === "unknown") return { state: "unknown", why: prefix.why };
  return { state: "broken", why: `${record.prefix} is gone although the database says installed` };
}

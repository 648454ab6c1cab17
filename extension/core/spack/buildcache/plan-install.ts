import { bottomUp, nodeOf, rootHashes } from "../lockfile/closure.ts";
import type { Lockfile, LockNode, SpecHash } from "../lockfile/lockfile.ts";
import type { CacheAnswer } from "./build-cache.ts";
import type { Estimate, InstallHistory } from "./install-history.ts";

/**
 * Which build dependencies an install brings. `all`: of everything that is not installed, as `spack install` does (checked with
 * Spack 1.1.0: also of what then comes from a cache). `of-builds`: only of what is built from source. `none`: as with
 * `spack install --cache-only`.
 */
export type BuildDependencies = "all" | "of-builds" | "none";

export interface PlanInput {
  readonly lock: Lockfile;
  /** What is to be installed; all roots of the lock when absent. */
  readonly roots?: readonly SpecHash[];
  /** By the store's database or an upstream's. */
  readonly isInstalled: (hash: SpecHash) => boolean;
  /** What each build cache said, in the order in which Spack asks them. */
  readonly caches: readonly { readonly name: string; readonly answer: CacheAnswer }[];
  readonly history: InstallHistory;
  readonly buildDependencies?: BuildDependencies;
}

/** What will become of one package. */
interface PlanStep {
  readonly hash: SpecHash;
  readonly name: string;
  readonly version: string;
  /**
   * `unknown`: no cache is known to have it, and not all could be asked. `unavailable`: in no cache, and nothing may be built.
   */
  readonly how: "installed" | "external" | "cache" | "source" | "unknown" | "unavailable";
  /** The cache it comes from. */
  readonly cache: string | undefined;
  /** Size of the archive to fetch, where the cache told. */
  readonly bytes: number | undefined;
  readonly estimate: Estimate | undefined;
  /** Why a cache that has it, or may have it, does not count: not signed, not reachable. */
  readonly notes: readonly string[];
}

export interface InstallPlan {
  /** Everything that is needed, dependencies first. */
  readonly steps: readonly PlanStep[];
  readonly counts: Readonly<Record<PlanStep["how"], number>>;
  /** Seconds that the steps with an estimate take one after another, as Spack runs them. */
  readonly seconds: number;
  /** How many steps that take time have no estimate: the whole takes longer than `seconds`. */
  readonly withoutEstimate: number;
  /** Bytes to fetch as far as caches told. */
  readonly bytes: number;
}

/** What an install would do, before it does anything. */
export function planInstall(input: PlanInput): InstallPlan {
  const { lock, buildDependencies = "all" } = input;
  const fates = new Map<SpecHash, PlanStep>();
  const visit = [...(input.roots ?? rootHashes(lock))];
  for (let hash = visit.pop(); hash !== undefined; hash = visit.pop()) {
    if (fates.has(hash)) continue;
    const node = nodeOf(lock, hash);
    const step = decide(node, input);
    fates.set(hash, step);
    if (step.how === "external") continue;
    const withBuild = needsBuildDependencies(step, buildDependencies);
    for (const { hash: child, types } of node.dependencies) {
      const needed =
        types.includes("link") || types.includes("run") || (withBuild && types.includes("build"));
      if (needed) visit.push(child);
    }
  }
  return summarise(bottomUp(lock).flatMap(({ hash }) => fates.get(hash) ?? []));
}

function needsBuildDependencies({ how }: PlanStep, which: BuildDependencies): boolean {
  if (how === "installed" || which === "none") return false;
  return which === "all" || how === "source" || how === "unknown";
}

function decide(node: LockNode, input: PlanInput): PlanStep {
  const { hash, name, version } = node;
  const nothing = { hash, name, version, cache: undefined, bytes: undefined, estimate: undefined, notes: [] };
  if (node.external !== undefined) return { ...nothing, how: "external" };
  if (input.isInstalled(hash)) return { ...nothing, how: "installed" };
  // A spliced package is in caches as what it was built as.
  const cached = node.buildSpecHash ?? hash;
  const notes: string[] = [];
  let asked = true;
  for (const { name: cache, answer } of input.caches) {
    const presence = answer.presence.get(cached);
    if (presence?.state === "present") {
      const estimate = input.history.estimate(node, "cache");
      return { ...nothing, how: "cache", cache, bytes: presence.bytes, estimate, notes };
    }
    if (presence?.state === "unsigned")
      notes.push(`${cache} has it without a signature, which Spack demands of it`);
    if (presence === undefined) asked = false;
    if (presence?.state === "unknown") {
      asked = false;
      notes.push(`${cache}: ${presence.why}`);
    }
  }
  const estimate = input.history.estimate(node, "source");
  if (!asked) return { ...nothing, how: "unknown", estimate, notes };
  if (input.buildDependencies === "none") return { ...nothing, how: "unavailable", notes };
  return { ...nothing, how: "source", estimate, notes };
}

function summarise(steps: readonly PlanStep[]): InstallPlan {
  const counts = { installed: 0, external: 0, cache: 0, source: 0, unknown: 0, unavailable: 0 };
  for (const { how } of steps) counts[how]++;
  const working = steps.filter(({ how }) => how === "cache" || how === "source" || how === "unknown");
  return {
    steps,
    counts,
    seconds: working.reduce((sum, { estimate }) => sum + (estimate?.seconds ?? 0), 0),
    withoutEstimate: working.filter(({ estimate }) => estimate === undefined).length,
    bytes: steps.reduce((sum, { bytes }) => sum + (bytes ?? 0), 0),
  };
}

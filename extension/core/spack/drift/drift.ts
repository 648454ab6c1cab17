import path from "node:path";
import { messageOf } from "../../base/errors.ts";
import type { SpackContext } from "../context/context.ts";
import type { Lockfile } from "../lockfile/lockfile.ts";
import { readLockfile } from "../lockfile/read-lockfile.ts";
import { expandUserSpecs } from "../manifest/expand.ts";
import type { Manifest } from "../manifest/manifest.ts";
import { type ManifestProblem, problemText } from "../manifest/problems.ts";
import { compareIncluded, type IncludedLock } from "./compare-included.ts";
import { compareInputs } from "./compare-inputs.ts";
import { compareRoots, type RootChanges } from "./compare-roots.ts";
import type { Drift, DriftReason } from "./reasons.ts";
import { lockIdentity, readSolveRecord, type SolveRecord, solveRecordFile } from "./solve-record.ts";

export interface DriftInput {
  readonly manifest: Manifest;
  /** Undefined when there is none. */
  readonly lock: Lockfile | undefined;
  readonly context: SpackContext;
  /** What was written down when the lock was solved; a text says why it cannot be read. */
  readonly record: SolveRecord | string | undefined;
  /** The locks of the included environments as they are now, by the environment's path at the site. */
  readonly includedLocks: ReadonlyMap<string, IncludedLock>;
}

/**
 * Whether a lock still is what its manifest asks for: by Spack's own rule, and by what Spack does not notice.
 * Reads the record beside the lock and the locks of included environments; throws SYG-CANCELLED only.
 */
export async function readDrift(
  manifest: Manifest,
  lock: Lockfile | undefined,
  options: { readonly context: SpackContext; readonly signal?: AbortSignal },
): Promise<Drift> {
  const { context, signal } = options;
  const record = await readSolveRecord(solveRecordFile(path.dirname(manifest.file)), signal);
  const includedLocks = await readIncludedLocks(manifest, context, signal);
  return computeDrift({ manifest, lock, context, record, includedLocks });
}

/** `readDrift` without reading. */
export function computeDrift(input: DriftInput): Drift {
  const { manifest, lock, context } = input;
  const { specs, problems } = expandUserSpecs(manifest, context);
  const all = [...manifest.problems, ...problems];
  const errors = all.filter(({ severity }) => severity === "error");
  if (errors.length > 0) return without("invalid", errors.map(refusal));
  if (lock === undefined) return without("no-lock", [notSolved]);

  const open = all.filter(({ severity }) => severity === "undecided").map(undecided);
  const roots = compareRoots(specs, lock, manifest, context);
  // With something undecided, the list of user specs may not be Spack's: then the roots tell nothing.
  const trusted = open.length === 0 ? roots : noChanges;
  const reasons = [
    ...trusted.reasons,
    ...compareIncluded(manifest, lock, input.includedLocks),
    ...compareInputs(manifest, lockIdentity(lock), input.record),
    ...open,
  ];
  return { ...summary(reasons, open.length > 0), added: trusted.added, removed: trusted.removed, reasons };
}

const noChanges: RootChanges = { added: [], removed: [], reasons: [] };

const notSolved: DriftReason = {
  kind: "no-lock",
  effect: "solve",
  seenBySpack: true,
  part: "spack.lock",
  text: "The environment was never solved: there is no spack.lock.",
  at: undefined,
};

function without(state: Drift["state"], reasons: readonly DriftReason[]): Drift {
  return { state, spackSolves: state === "no-lock" ? true : undefined, added: [], removed: [], reasons };
}

function refusal(problem: ManifestProblem): DriftReason {
  const text = `Spack refuses the manifest: ${problemText(problem)}.`;
  return { kind: "invalid", effect: "none", seenBySpack: true, part: problem.code, text, at: problem.at };
}

function undecided(problem: ManifestProblem): DriftReason {
  const text = `It cannot be told from here what Spack would ask for: ${problemText(problem)}.`;
  return {
    kind: "undecided",
    effect: "unknown",
    seenBySpack: false,
    part: problem.code,
    text,
    at: problem.at,
  };
}

function summary(reasons: readonly DriftReason[], open: boolean): Pick<Drift, "state" | "spackSolves"> {
  const stale = reasons.some(({ effect }) => effect === "solve" || effect === "view");
  const unknown = reasons.some(({ effect }) => effect === "unknown");
  const noticed = reasons.some(({ effect, seenBySpack }) => effect === "solve" && seenBySpack);
  return {
    state: stale ? "stale" : unknown ? "unknown" : "fresh",
    spackSolves: noticed ? true : open ? undefined : false,
  };
}

async function readIncludedLocks(
  manifest: Manifest,
  context: SpackContext,
  signal: AbortSignal | undefined,
): Promise<ReadonlyMap<string, IncludedLock>> {
  const locks = new Map<string, IncludedLock>();
  for (const { path: folder } of manifest.includedEnvironments) {
    if (folder === undefined || locks.has(folder)) continue;
    try {
      const file = path.join(context.paths.local(folder), "spack.lock");
      locks.set(folder, { lock: (await readLockfile(file, signal))?.lock });
    } catch (error) {
      if (signal?.aborted) throw error;
      locks.set(folder, { unreadable: messageOf(error) });
    }
  }
  return locks;
}

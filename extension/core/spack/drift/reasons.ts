import type { Origin } from "../manifest/config-value.ts";
import type { UserSpec } from "../manifest/expand.ts";

/** How a lock stands to its manifest; made by drift.ts, shown by every face. */
export interface Drift {
  /**
   * fresh: nothing differs. stale: something does, see the reasons. unknown: nothing was found to differ, but not all can be told.
   * no-lock: never solved. invalid: Spack refuses the manifest.
   */
  readonly state: "fresh" | "stale" | "unknown" | "no-lock" | "invalid";
  /** Whether `spack concretize` would solve by itself; undefined when that cannot be told. Otherwise it wants --force. */
  readonly spackSolves: boolean | undefined;
  /** Asked for, and no root of the lock: each once. */
  readonly added: readonly UserSpec[];
  /** Roots of the lock, as they are printed there, that nobody asks for. */
  readonly removed: readonly string[];
  /** The most important first; empty when fresh. */
  readonly reasons: readonly DriftReason[];
}

export interface DriftReason {
  readonly kind:
    | "no-lock"
    | "invalid"
    | "undecided"
    | "root-added"
    | "root-removed"
    /** A root that Spack writes into the lock as another one, so that it is never up to date. */
    | "root-lost"
    | "included-environment"
    /** Something that Spack does not compare: packages, concretizer, develop … */
    | "input"
    | "outside"
    | "no-record";
  /** solve: the lock may come out otherwise. view: only the view. unknown: cannot be told. none: to be mended first. */
  readonly effect: "solve" | "view" | "unknown" | "none";
  /** Whether Spack notices by itself. */
  readonly seenBySpack: boolean;
  /** What it is about, as a key path: `packages:all:require`; a spec for a root. */
  readonly part: string;
  /** One sentence. */
  readonly text: string;
  /** Where in the manifest. */
  readonly at: Origin | undefined;
}

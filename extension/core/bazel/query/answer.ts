import type { BazelProblem } from "../workspace/workspace.ts";

/** A rule as Bazel names it. */
export interface QueriedRule {
  /** `//core/io`, with the repository before it for another's. */
  readonly package: string;
  readonly name: string;
  readonly kind: string;
  /**
   * Where it comes from, undefined where Bazel does not say. The file is below the workspace's root with '/', elsewhere
   * absolute (as parseRule gives it: as the site knows it).
   */
  readonly at: { readonly file: string; readonly line: number; readonly column: number } | undefined;
}

/** What Bazel answered. */
export interface QueryAnswer {
  readonly rules: readonly QueriedRule[];
  readonly problems: readonly BazelProblem[];
  /** Labels of packages of which rules may lack: their files have errors. */
  readonly damaged: ReadonlySet<string>;
  /** False when anything was left out. */
  readonly complete: boolean;
}

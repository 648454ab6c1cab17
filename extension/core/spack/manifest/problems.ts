import { redactor } from "../../base/redact.ts";
import type { Origin } from "./config-value.ts";

const withoutCredentials = redactor([]);

/**
 * error: Spack refuses the manifest. undecided: what Spack would do cannot be told from here. warning: Spack takes it, but
 * hardly as it was meant.
 */
type Severity = "error" | "undecided" | "warning";

/** Something about a manifest that its author should know. */
export interface ManifestProblem {
  readonly severity: Severity;
  /** Stable, for editors and scripts. */
  readonly code: ProblemCode;
  /** One sentence without the place. */
  readonly message: string;
  readonly at: Origin | undefined;
  /** Which part of the text at `at` is meant, in UTF-16 units of its value, where the place alone cannot say it. */
  readonly within?: { readonly offset: number; readonly length: number };
}

export type ProblemCode =
  | "shape"
  | "unknown-key"
  | "deprecated"
  | "spec-syntax"
  | "spec-conflict"
  | "spec-group"
  | "anonymous-spec"
  | "colon-lost"
  | "definition"
  | "undefined-reference"
  | "matrix"
  | "condition"
  | "include-missing"
  | "include-cycle"
  | "include-unreadable"
  | "include-remote"
  | "include-duplicate"
  | "path-variable"
  | "toolchain";

/** `file:line:column: message`, as compilers write it; without the passwords that URLs of the manifest may hold. */
export function problemText(problem: ManifestProblem): string {
  const { at } = problem;
  const message = withoutCredentials(problem.message);
  return at === undefined ? message : `${at.file}:${at.line}:${at.column}: ${message}`;
}

/** Something on which Spack, uv and what is installed do not agree. */
export interface Conflict {
  /** error: what runs is not what was asked for, or a command of uv's fails. warning: it may be meant. */
  readonly severity: "error" | "warning";
  readonly kind: ConflictKind;
  /** The distribution, normalized; undefined for what is about none. */
  readonly name: string | undefined;
  readonly message: string;
  /** The next step. */
  readonly next: string | undefined;
}

/**
 * lock: uv.lock is not what Spack has. shadowed: something else than Spack's is imported. requirement: a project asks for
 * what Spack has not. index: the project's own settings come before Spack's. python: another Python than Spack's.
 * missing: solved and not installed. view: installed and not in the view. versions: one distribution at two versions. foreign: in the view, and not Spack's.
 * relaxed: Spack's own packages do not meet each other's requirements. metadata: unreadable. native: one library twice.
 */
type ConflictKind =
  | "lock"
  | "shadowed"
  | "requirement"
  | "index"
  | "python"
  | "missing"
  | "view"
  | "versions"
  | "foreign"
  | "relaxed"
  | "metadata"
  | "native";

/**
 * The one error type for failures we expect, and the catalogue of their codes.
 *
 * A code is stable: scripts and agents match on it. The exit codes are those of docs/reference/exit-codes.md.
 */

/** What kind of failure a code stands for; decides the exit code. */
type FailureKind = "failed" | "usage" | "missing" | "configuration" | "cancelled";

const exitCodes: Readonly<Record<FailureKind, number>> = {
  failed: 1,
  usage: 2,
  missing: 3,
  configuration: 4,
  cancelled: 130,
};

const catalogue = {
  "SYG-CANCELLED": "cancelled",
  "SYG-USAGE": "usage",
  "SYG-CONFIG-MISSING": "configuration",
  "SYG-CONFIG-INVALID": "configuration",
  "SYG-CONFIG-EXTENDS": "configuration",
  "SYG-CONFIG-CHECKSUM": "configuration",
  "SYG-CONFIG-HOST": "configuration",
  "SYG-INIT-EXISTS": "configuration",
  "SYG-PROJECT-CLAIMED": "configuration",
  "SYG-STORAGE": "failed",
  "SYG-FILE": "failed",
  "SYG-LOCKED": "failed",
  "SYG-PROCESS": "failed",
  "SYG-GIT": "failed",
  "SYG-TOOL-MISSING": "missing",
  "SYG-ENGINE-MISSING": "missing",
  "SYG-ENGINE-PERMISSION": "missing",
  "SYG-ENGINE-REMOTE": "missing",
  "SYG-ENGINE": "failed",
  "SYG-RENDER-STALE": "failed",
  "SYG-RENDER-EDITED": "failed",
  "SYG-BASE-IMAGE": "failed",
  "SYG-BUILD": "failed",
  "SYG-DOWNLOAD": "failed",
  "SYG-DISK-FULL": "failed",
  "SYG-UP": "failed",
  "SYG-NO-CONTAINER": "failed",
  "SYG-SECRET": "configuration",
  "SYG-GPU": "failed",
  "SYG-SPACK-LOCK": "failed",
  "SYG-SPACK-ENV": "failed",
  "SYG-SPACK-MANIFEST": "configuration",
  "SYG-SPACK-PACKAGE": "failed",
  "SYG-SPEC-SYNTAX": "configuration",
  "SYG-SPEC-UNSATISFIABLE": "failed",
  "SYG-SPACK-STORE": "failed",
  "SYG-BUILD-CACHE": "failed",
  "SYG-SPACK": "failed",
  "SYG-BAZEL": "failed",
  "SYG-BAZEL-WORKSPACE": "failed",
  "SYG-BAZEL-VERSION": "missing",
  "SYG-BAZEL-TARGET": "failed",
  "SYG-UV": "failed",
  "SYG-UV-LOCK": "failed",
  "SYG-PYPROJECT": "configuration",
  "SYG-PYTHON-STALE": "failed",
  "SYG-PYTHON-SHADOWED": "failed",
  "SYG-PYTHON-MISSING": "failed",
  "SYG-JOB": "failed",
  "SYG-JOB-NAME": "usage",
  "SYG-JOB-MISSING": "failed",
  "SYG-JOB-RUNNING": "failed",
} as const satisfies Record<string, FailureKind>;

export type ErrorCode = keyof typeof catalogue;

export interface ErrorDetails {
  /** The next step the reader should take, as a sentence. */
  readonly next?: string;
  readonly cause?: unknown;
  /** Facts for `--json` readers: plain JSON, free of secrets. */
  readonly data?: Readonly<Record<string, unknown>>;
}

export class SygaldryError extends Error {
  readonly code: ErrorCode;
  readonly next: string | undefined;
  readonly data: Readonly<Record<string, unknown>> | undefined;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, { cause: details.cause });
    this.name = "SygaldryError";
    this.code = code;
    this.next = details.next;
    this.data = details.data;
  }
}

/** The documented exit code for any thrown value; an unexpected one counts as "failed". */
export function exitCodeOf(error: unknown): number {
  return isCancellation(error)
    ? exitCodes.cancelled
    : error instanceof SygaldryError
      ? exitCodes[catalogue[error.code]]
      : exitCodes.failed;
}

/** True for our own cancellation and for the AbortError that Node's APIs throw on an aborted signal. */
export function isCancellation(error: unknown): boolean {
  return (
    (error instanceof SygaldryError && error.code === "SYG-CANCELLED") ||
    (error instanceof Error && error.name === "AbortError")
  );
}

/** The `code` of a Node system error (ENOENT, EACCES …), if it is one. */
export function systemCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !("code" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** A code that another process of ours handed over; undefined when it is none. */
export function errorCode(text: string): ErrorCode | undefined {
  return Object.hasOwn(catalogue, text) ? (text as ErrorCode) : undefined;
}

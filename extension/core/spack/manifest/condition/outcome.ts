/**
 * What a `when` condition comes to. value: as Spack would decide. error: Spack fails on it. undecided: it needs something that
 * is unknown here, or Python that we do not evaluate. `why` completes "the condition …".
 */
export type Outcome =
  | { readonly kind: "value"; readonly value: boolean }
  | { readonly kind: "error" | "undecided"; readonly why: string };

/** Python would raise here. */
export class ConditionError extends Error {}

/** Python may well decide; we do not. */
export class Undecided extends Error {}

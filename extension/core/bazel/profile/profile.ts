/** What a profile of Bazel tells (`--profile`, or the one in every output base). Times are seconds. */
export interface BazelProfile {
  readonly bazel: string | undefined;
  readonly buildId: string | undefined;
  readonly outputBase: string | undefined;
  /** ISO 8601, or as Bazel before 5 writes dates. */
  readonly date: string | undefined;
  /** From the start of the client to the end. */
  readonly seconds: number;
  /** False for one that was cut off: the server was killed, or still writes it. */
  readonly complete: boolean;
  /** In their order. */
  readonly phases: readonly { readonly name: string; readonly seconds: number }[];
  readonly criticalPath: {
    readonly seconds: number;
    readonly parts: readonly { readonly name: string; readonly seconds: number }[];
  };
  readonly actions: Spent & {
    /** How many were at work on average while any was. */
    readonly parallel: number | undefined;
  };
  /** The longest first. */
  readonly slowest: readonly ProfiledAction[];
  /** By the sum of their times. */
  readonly mnemonics: readonly (Named & Spent)[];
  /** Those that ran actions, the busiest first. */
  readonly threads: readonly (Named & Spent)[];
  /** All that Bazel measures, by its own names; one contains others, so that the sum is none. */
  readonly categories: readonly (Named & Spent)[];
  readonly caches: { readonly checks: Spent; readonly downloads: Spent; readonly uploads: Spent };
  readonly garbage: Spent & { readonly full: number };
}

interface Named {
  readonly name: string;
}

export interface Spent {
  readonly count: number;
  readonly seconds: number;
}

export interface ProfiledAction extends Named {
  readonly seconds: number;
  /** From Bazel 5 on. */
  readonly mnemonic: string | undefined;
  /** With `--experimental_profile_include_target_label`. */
  readonly target: string | undefined;
  /** With `--experimental_profile_include_primary_output`. */
  readonly output: string | undefined;
  /** When it began, from the start. */
  readonly at: number;
}

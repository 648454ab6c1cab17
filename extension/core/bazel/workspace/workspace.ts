import type { BuildFile, Place } from "../build-file/read-build-file.ts";

/** A rule of a package. Source files, generated files and package groups are none. */
export interface BazelTarget {
  /** `//core/io:reader` */
  readonly label: string;
  readonly name: string;
  /** The rule's class, `cc_library`; of a target that is not certain, what is called in the BUILD file. */
  readonly kind: string;
  /** Where it is in the package's BUILD file, from 1; undefined where Bazel does not say. */
  readonly line: number | undefined;
  readonly column: number | undefined;
  /** False for a guess from the text: Bazel may find others there, or nothing. */
  readonly certain: boolean;
}

export interface BazelProblem {
  readonly message: string;
  /** Below the workspace's root with '/'; absolute for a file elsewhere, undefined when no file is to blame. */
  readonly file: string | undefined;
  readonly line: number | undefined;
  readonly column: number | undefined;
  /** `//core/io`, of the package that suffers from it; undefined when it is none. */
  readonly package: string | undefined;
}

export interface BazelPackage {
  /** `//core/io`; the root's is `//`. */
  readonly label: string;
  /** Its BUILD file, below the workspace's root with '/'; of another repository absolute, or undefined. */
  readonly file: string | undefined;
  readonly targets: readonly BazelTarget[];
  /** Calls whose targets only Bazel can tell; none when it has told. */
  readonly unread: BuildFile["unread"];
  readonly problems: readonly (Place & { readonly message: string })[];
  readonly defaultVisibility: readonly string[] | undefined;
}

/** Packages by label, targets as they come in the file. */
export interface BazelWorkspace {
  /** Absolute. */
  readonly root: string;
  readonly packages: readonly BazelPackage[];
  /** What is wrong beside what the packages' own files show. */
  readonly problems: readonly BazelProblem[];
}

/** `//a/b` + `c` → `//a/b:c` */
export function targetLabel(packageLabel: string, name: string): string {
  return `${packageLabel}:${name}`;
}

/** `a/b/BUILD` → `//a/b` */
export function packageOf(file: string): string {
  return `//${file.slice(0, Math.max(0, file.lastIndexOf("/")))}`;
}

/** By code units: the same order on every machine. */
export function compareTexts(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

import type { RenderedFile } from "../../base/rendered/rendered-file.ts";

export type BazelMajor = 6 | 7 | 8 | 9;

/** The Bazel that a repository is set up for. */
export interface BazelChoice {
  /** As it was named: `7.7.1`, `8.x`, `latest`. */
  readonly text: string;
  readonly major: BazelMajor;
  readonly minor: number | undefined;
  /** Who named it, for people: `.bazelversion`, `sygaldry.yaml:4:9` … */
  readonly from: string;
}

export type ToolchainName = "cc" | "python" | "rust" | "go";

/** Toolchains that are wanted; the value is the language's version, where there is one to choose. */
export type Toolchains = Partial<Readonly<Record<ToolchainName, string>>>;

interface SpackRoot {
  readonly hash: string;
  readonly name: string;
  readonly version: string;
}

/** A Spack environment as a Bazel repository. */
export interface SpackRepository {
  /** `spack` for @spack. */
  readonly name: string;
  /** The environment's name, below the workspace with '/'. */
  readonly environment: string;
  /** spack.lock, below the workspace with '/'. */
  readonly lockPath: string;
  /** Where it is installed as Bazel sees it; undefined for the usual place. */
  readonly store: string | undefined;
  readonly upstreams: readonly string[];
  /** Sorted by name, version and hash. */
  readonly roots: readonly SpackRoot[];
  /** Whether the lock has a Python to run programs with. */
  readonly python: boolean;
}

export interface RemoteEngine {
  readonly cache: string;
  readonly executor?: string | undefined;
  readonly events?: string | undefined;
  readonly results?: string | undefined;
  readonly instance?: string | undefined;
}

export type EngineName = "bazel-remote" | "buildbarn" | "nativelink" | "buildbuddy";

/** A file that is there; read as Latin-1, so that no byte of it is lost. */
export interface ExistingFile {
  readonly text: string;
  /** Permission bits. */
  readonly mode: number;
  /** Where it really lies, for a link within the workspace. */
  readonly target?: string;
}

/** What a workspace has, as far as setting it up needs to know. Paths are below its root with '/'. */
export interface ExistingRepository {
  readonly files: ReadonlyMap<string, ExistingFile>;
  /** Folders with a BUILD file; the root is the empty text. */
  readonly packages: ReadonlySet<string>;
}

export interface RepositoryInput {
  readonly bazel: BazelChoice;
  readonly repositories: readonly SpackRepository[];
  readonly toolchains: Toolchains;
  readonly remote: Partial<Readonly<Record<EngineName, RemoteEngine>>>;
  readonly existing: ExistingRepository;
}

/** What Sygaldry keeps in a file that is otherwise the repository's. */
export interface PlannedBlock {
  readonly path: string;
  readonly body: string;
  readonly place: "top" | "bottom";
  /** A line that the file is to have somewhere; appended with the comment before it. */
  readonly line?: { readonly text: string; readonly comment: string };
}

/** What somebody has to put in by hand. */
export interface Snippet {
  readonly path: string;
  /** Where, as a sentence. */
  readonly where: string;
  readonly why: string;
  readonly text: string;
}

export interface RepositoryPlan {
  /** Sygaldry's own, whole. */
  readonly files: readonly RenderedFile[];
  readonly blocks: readonly PlannedBlock[];
  /** Written where they are missing, and the repository's from then on. */
  readonly seeds: readonly RenderedFile[];
  readonly snippets: readonly Snippet[];
  /** What was left as it is, for people. */
  readonly notes: readonly string[];
}

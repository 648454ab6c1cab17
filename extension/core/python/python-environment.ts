import type { LockNode } from "../spack/lockfile/lockfile.ts";
import type { DistributionProblem, SpackDistribution } from "./distributions/distribution.ts";

/** The Python of a Spack environment. Paths are the site's. */
export interface SpackPython {
  /** `3.11.7` */
  readonly version: string;
  /** `3.11` */
  readonly series: string;
  readonly prefix: string;
  /** Whether Spack took it from the system. */
  readonly external: boolean;
}

/** A package that Spack installed, or took from the system. */
interface InstalledPackage {
  readonly name: string;
  readonly prefix: string;
}

/** What of Python a Spack environment has installed: read from lock, database, prefixes and view. */
export interface PythonEnvironment {
  /** The environment's name and folder. */
  readonly name: string;
  readonly folder: string;
  /** Undefined when the environment has no Python: then it has nothing to do with uv. */
  readonly python: SpackPython | undefined;
  /** The view's root; undefined where the prefixes themselves are used. */
  readonly view: string | undefined;
  /** What Python's path gets to see the distributions: the view's site-packages, else those of the prefixes. */
  readonly paths: readonly string[];
  /** Those that can be imported by way of `paths`; one a name, sorted. */
  readonly distributions: readonly SpackDistribution[];
  /** Further versions of a name in `distributions`. */
  readonly hidden: readonly SpackDistribution[];
  /** Installed, and not shown by the view: `@spack//python` of Bazel has them, and uv does not. */
  readonly outside: readonly SpackDistribution[];
  /** Metadata folders in the view that no Spack package brought. */
  readonly foreign: readonly string[];
  /** All that is installed for use, Python or not: for their native libraries. */
  readonly packages: readonly InstalledPackage[];
  /** Nodes of Python packages that are not installed. */
  readonly missing: readonly LockNode[];
  readonly problems: readonly DistributionProblem[];
}

import type { SpecHash } from "../../spack/lockfile/lockfile.ts";

/** An installed Python distribution, as the metadata beside its modules tells it. */
export interface Distribution {
  /** Normalized (PEP 503): how uv and the indexes call it. */
  readonly name: string;
  /** As its author writes it. */
  readonly displayName: string;
  /** As PEP 440 writes it, with its local part (`2.9.0+cu129`). */
  readonly version: string;
  /** Requires-Dist, one dependency specifier each, as written. */
  readonly requires: readonly string[];
  readonly requiresPython: string | undefined;
  /** Provides-Extra. */
  readonly extras: readonly string[];
  /** The text of entry_points.txt. */
  readonly entryPoints: string | undefined;
  /** What `import` finds of it: names of top-level modules and packages, sorted. */
  readonly modules: readonly string[];
  /** Its folder or file of metadata (`numpy-2.3.5.dist-info`), without the path. */
  readonly metadata: string | undefined;
  /** `package`: there is no metadata, and name and version are guessed from the Spack package. */
  readonly from: "dist-info" | "egg-info" | "package";
}

/** The Spack package that a distribution is part of. */
interface Owner {
  readonly name: string;
  readonly version: string;
  readonly hash: SpecHash;
  /** At the site. */
  readonly prefix: string;
}

/** A distribution that Spack installed. */
export interface SpackDistribution extends Distribution {
  readonly owner: Owner;
  /** The site-packages folder of its prefix, at the site. */
  readonly folder: string;
}

/** Something about an installed distribution that is not as it should be; `file` is a path of the site. */
export interface DistributionProblem {
  readonly file: string;
  readonly message: string;
}

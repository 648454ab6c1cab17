import type { PathTranslation } from "../../site/paths.ts";
import type { Lockfile, SpecHash } from "../lockfile/lockfile.ts";
import type { EnvironmentChange } from "./changes.ts";
import type { PrefixInspections } from "./inspections.ts";

/** What an activation is computed from; all paths are the site's. */
export interface ActivationInput {
  /** The environment's folder. */
  readonly path: string;
  /** The view that is made active: `default` unless the environment says otherwise; undefined for none. */
  readonly view: ActivationView | undefined;
  readonly lock: Lockfile;
  /** Where a package lies, externals included; undefined when it is not installed. */
  readonly prefix: (hash: SpecHash) => string | undefined;
  /** `modules:prefix_inspections` of the environment's configuration. */
  readonly inspections: PrefixInspections;
  /** `env_vars` of the environment's configuration (see `configuredChanges`). */
  readonly configured: readonly EnvironmentChange[];
  /** The folder (that holds `packages/`) of each package repository, by namespace, for the recipes of externals. */
  readonly repositories?: ReadonlyMap<string, string>;
  /** `extra_attributes: environment:` of externals. */
  readonly externalChanges?: (hash: SpecHash) => readonly EnvironmentChange[];
  readonly paths: PathTranslation;
}

export interface ActivationView {
  readonly name: string;
  readonly root: string;
  /** Where a package is in the view; its root unless the view has projections. */
  readonly place?: (hash: SpecHash) => string;
}

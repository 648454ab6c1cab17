import type { PathTranslation } from "../../site/paths.ts";

/** A folder of configuration files, one a section, outside of any environment. */
export interface ScopeFolder {
  /** Spack's name for it: `spack`, `user` … */
  readonly name: string;
  /** At the site. */
  readonly path: string;
}

/**
 * What Spack knows about the place it runs at, and an environment's meaning may depend on: in `when` conditions, in
 * variables of paths, in its configuration scopes. Undefined is unknown here, which makes undecidable what needs it.
 */
export interface SpackContext {
  /** `linux`, `darwin`. */
  readonly platform: string | undefined;
  /** Spack's name of the operating system: `debian12`, `ubuntu24.04`. */
  readonly os: string | undefined;
  /** The microarchitecture of the host as archspec names it: `zen3`. */
  readonly target: string | undefined;
  readonly hostname: string | undefined;
  readonly user: string | undefined;
  readonly home: string | undefined;
  readonly temporary: string | undefined;
  /** Today at the site: `2026-11-24`. */
  readonly date: string | undefined;
  /** The environment variables Spack would run with. */
  readonly environment: Readonly<Record<string, string>> | undefined;
  /** Spack's own folder at the site. */
  readonly spackRoot: string | undefined;
  /** `1.1` */
  readonly spackShortVersion: string | undefined;
  readonly userCachePath: string | undefined;
  /** Configuration below the environment's own, the weakest first; without Spack's defaults, which belong to its version. */
  readonly scopes: readonly ScopeFolder[];
  readonly paths: PathTranslation;
}

import type { Command } from "../../base/process.ts";
import { type CacheSetting, cacheArguments } from "./cache-setting.ts";

/** The program `spack` at a site: a name on its PATH, or a path. */
export type SpackProgram = string;

/** An environment as Spack takes it: a name or a directory (as the site knows it). */
export type EnvironmentName = string;

export interface SolveOptions {
  /** Solve anew although there is a lock. */
  readonly force?: boolean;
  /** What installed packages count for: Spack's own configuration when absent. */
  readonly reuse?: "all" | "dependencies" | "none";
  readonly tests?: "root" | "all";
  readonly jobs?: number;
}

export interface InstallOptions {
  /** Parallel jobs of one build. */
  readonly jobs?: number;
  /** How many packages are built at once. */
  readonly concurrent?: number;
  /** Build caches: used where they have a package (`auto`, the default), alone, or not at all. */
  readonly cache?: "auto" | "only" | "never";
  /** A build cache beside those that are configured. */
  readonly from?: CacheSetting;
  /** Accept packages of build caches without checking signatures. */
  readonly unsigned?: boolean;
  readonly failFast?: boolean;
  /** Pass on what the builds print. */
  readonly verbose?: boolean;
  readonly keepStage?: boolean;
  readonly tests?: "root" | "all";
  /** Further arguments of `spack install`, the last ones. */
  readonly more?: readonly string[];
}

export interface PushOptions {
  /** Name of a configured mirror, path or URL; with `to` the name that it has (`cacheMirror`). */
  readonly mirror: string;
  /** A build cache that is not configured. */
  readonly to?: CacheSetting;
  /** `true` signs with the default key, a text with that key, `false` not; Spack's configuration when absent. */
  readonly sign?: boolean | string;
  readonly updateIndex?: boolean;
  /** Overwrite what is there. */
  readonly force?: boolean;
  readonly buildDependencies?: boolean;
  /** OCI registries: also an image of this tag that holds all roots, on `baseImage`. */
  readonly tag?: string;
  readonly baseImage?: string;
  readonly jobs?: number;
  readonly failFast?: boolean;
}

export interface CreateOptions {
  /** A directory makes an independent environment there, a name one that Spack manages. */
  readonly at: { readonly directory: string } | { readonly name: string };
  /** A spack.yaml, a spack.lock or another environment to begin with. */
  readonly from?: string;
  /** Where the view goes; `false` for none, Spack's default when absent. */
  readonly view?: string | false;
  readonly includeConcrete?: readonly string[];
}

/** `spack concretize` (Spack 1.0 and newer). */
export function concretizeCommand(
  spack: SpackProgram,
  environment: EnvironmentName,
  options: SolveOptions = {},
): Command {
  return spackCommand(
    spack,
    environment,
    [],
    [
      "concretize",
      ...flag("--force", options.force),
      ...reuseFlag(options.reuse),
      ...value("--test", options.tests),
      ...value("--jobs", options.jobs),
    ],
  );
}

/** `spack install` of what the environment's lock holds: nothing is solved anew. */
export function installCommand(
  spack: SpackProgram,
  environment: EnvironmentName,
  options: InstallOptions = {},
): Command {
  const cache = options.from === undefined ? [] : cacheArguments(options.from);
  return spackCommand(spack, environment, cache, [
    ...["install", "--only-concrete"],
    ...value("--jobs", options.jobs),
    ...value("--concurrent-packages", options.concurrent),
    ...flag("--cache-only", options.cache === "only"),
    ...flag("--no-cache", options.cache === "never"),
    ...flag("--no-check-signature", options.unsigned),
    ...flag("--fail-fast", options.failFast),
    ...flag("--verbose", options.verbose),
    ...flag("--keep-stage", options.keepStage),
    ...value("--test", options.tests),
    ...(options.more ?? []),
  ]);
}

/** `spack buildcache push` of everything the environment has installed. */
export function pushCommand(
  spack: SpackProgram,
  environment: EnvironmentName,
  options: PushOptions,
): Command {
  const cache = options.to === undefined ? [] : cacheArguments(options.to);
  return spackCommand(spack, environment, cache, [
    ...["buildcache", "push"],
    ...signFlags(options.sign),
    ...flag("--update-index", options.updateIndex),
    ...flag("--force", options.force),
    ...flag("--fail-fast", options.failFast),
    ...buildDependencyFlag(options.buildDependencies),
    ...value("--tag", options.tag),
    ...value("--base-image", options.baseImage),
    ...value("--jobs", options.jobs),
    options.mirror,
  ]);
}

/** `spack env create`; makes no lock. */
export function createCommand(spack: SpackProgram, options: CreateOptions): Command {
  const { at, from, view } = options;
  return spackCommand(
    spack,
    undefined,
    [],
    [
      ...["env", "create"],
      ...flag("--without-view", view === false),
      ...(typeof view === "string" ? ["--with-view", view] : []),
      ...(options.includeConcrete ?? []).flatMap((environment) => ["--include-concrete", environment]),
      ...("directory" in at ? ["--dir", at.directory] : [at.name]),
      ...(from === undefined ? [] : [from]),
    ],
  );
}

/** A command whose output is for a program: line by line, without colours, and long lines unbroken. */
function spackCommand(
  spack: SpackProgram,
  environment: EnvironmentName | undefined,
  configuration: readonly string[],
  args: readonly string[],
): Command {
  return {
    command: spack,
    args: [
      "--color=never",
      ...configuration,
      ...(environment === undefined ? ["--no-env"] : environmentFlag(environment)),
      ...args,
    ],
    // COLUMNS: Spack breaks the lines of a build log at the width of its terminal, 80 where there is none.
    env: { PYTHONUNBUFFERED: "1", COLUMNS: "1000" },
    // Gives it a pipe to read: `config:installer:new` of Spack 1.1 fails with /dev/null (EPERM of epoll).
    input: "",
  };
}

/** `-e` takes a directory for a name when both exist; `-D` never. */
function environmentFlag(environment: EnvironmentName): readonly string[] {
  return environment.includes("/") ? ["--env-dir", environment] : ["--env", environment];
}

function flag(name: string, on: boolean | undefined): readonly string[] {
  return on === true ? [name] : [];
}

function value(name: string, given: string | number | undefined): readonly string[] {
  return given === undefined ? [] : [name, String(given)];
}

function reuseFlag(reuse: SolveOptions["reuse"]): readonly string[] {
  const flags = { all: "--reuse", dependencies: "--reuse-deps", none: "--fresh" } as const;
  return reuse === undefined ? [] : [flags[reuse]];
}

function signFlags(sign: PushOptions["sign"]): readonly string[] {
  if (sign === undefined) return [];
  if (typeof sign === "string") return ["--key", sign];
  return [sign ? "--signed" : "--unsigned"];
}

function buildDependencyFlag(on: boolean | undefined): readonly string[] {
  return on === undefined ? [] : [on ? "--with-build-dependencies" : "--without-build-dependencies"];
}

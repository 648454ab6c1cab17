import { readFile } from "node:fs/promises";
import path from "node:path";
import { isCancellation, messageOf, SygaldryError, systemCode } from "../../base/errors.ts";
import type { SpackContext } from "../context/context.ts";
import { type ConfigSource, parseConfig } from "./config-source.ts";
import { type ConfigValue, entryOf } from "./config-value.ts";
import type { Include } from "./includes.ts";
import type { ManifestProblem } from "./problems.ts";
import { type ConfigScope, loadScopes, mergedSection, type ScopeStack, sectionsOf } from "./scopes.ts";
import { manifestShape } from "./sections.ts";
import {
  type DevelopPackage,
  developOf,
  type IncludedEnvironment,
  includedEnvironmentsOf,
  type Unify,
  unifyOf,
} from "./settings.ts";
import { checkShape } from "./shape.ts";
import { type Toolchain, toolchainsOf } from "./toolchains.ts";
import { type View, viewsOf } from "./views.ts";
import { warningsOf } from "./warnings.ts";

/** A spack.yaml with all the configuration that counts for it. */
export interface Manifest {
  /** As this process reaches it. */
  readonly file: string;
  /** The environment's folder at the site. */
  readonly folder: string;
  /** The YAML with comments and places, for editors. */
  readonly source: ConfigSource;
  /** The weakest first; the manifest's own is the last. */
  readonly scopes: readonly ConfigScope[];
  /** The list as it is written; expandUserSpecs makes the user specs of it. */
  readonly specs: ConfigValue | undefined;
  readonly views: readonly View[];
  readonly unify: Unify;
  readonly develop: readonly DevelopPackage[];
  readonly toolchains: ReadonlyMap<string, Toolchain>;
  /** All includes of all scopes. */
  readonly includes: readonly Include[];
  readonly includedEnvironments: readonly IncludedEnvironment[];
  readonly problems: readonly ManifestProblem[];
}

export interface ManifestOptions {
  readonly context: SpackContext;
  readonly signal?: AbortSignal;
}

/**
 * Reads a spack.yaml and what it includes.
 * Throws SYG-SPACK-MANIFEST when it is not there, cannot be read or is no YAML; all else is a problem of the result.
 */
export async function readManifest(file: string, options: ManifestOptions): Promise<Manifest> {
  let text: string;
  try {
    const { signal } = options;
    text = await readFile(file, { encoding: "utf8", ...(signal && { signal }) });
  } catch (error) {
    if (isCancellation(error)) throw new SygaldryError("SYG-CANCELLED", `reading ${file} was cancelled`);
    throw missing(file, error);
  }
  return parseManifest(file, text, options);
}

/** The same for a text that an editor has not saved yet. */
export async function parseManifest(file: string, text: string, options: ManifestOptions): Promise<Manifest> {
  return manifestOf(parseConfig(file, text), options);
}

/** The same for YAML that was parsed already. */
export async function manifestOf(source: ConfigSource, options: ManifestOptions): Promise<Manifest> {
  const { context, signal } = options;
  const { file } = source;
  const sitePath = context.paths.site(file);
  const folder = path.posix.dirname(sitePath);
  const root: ConfigValue = source.root ?? emptyMap(file);
  const body = entryOf(root, "spack")?.value;
  const own = { name: `env:${folder}`, path: sitePath, sections: sectionsOf(body), sources: [source] };
  const stack = await loadScopes(own, { context, signal });
  const problems: ManifestProblem[] = [...checkShape(root, manifestShape, ""), ...stack.problems];
  const settings = settingsOf(stack, folder, context, problems);
  problems.push(...warningsOf(stack.scopes));
  return {
    file,
    folder,
    source,
    scopes: stack.scopes,
    ...settings,
    specs: own.sections.get("specs")?.value,
    problems,
  };
}

function settingsOf(stack: ScopeStack, folder: string, context: SpackContext, problems: ManifestProblem[]) {
  const section = (name: string) => mergedSection(stack.scopes, name);
  const own = stack.scopes.at(-1);
  return {
    views: viewsOf(section("view"), folder, context, problems),
    unify: unifyOf(section("concretizer")),
    develop: developOf(section("develop"), folder, context),
    toolchains: toolchainsOf(section("toolchains")),
    includes: stack.scopes.flatMap(({ includes }) => includes),
    includedEnvironments: includedEnvironmentsOf(
      own?.sections.get("include_concrete")?.value,
      folder,
      context,
      problems,
    ),
  };
}

function emptyMap(file: string): ConfigValue {
  return { kind: "map", entries: [], at: { file, line: 1, column: 1, offset: 0, length: 0 } };
}

function missing(file: string, cause: unknown): SygaldryError {
  if (systemCode(cause) === "ENOENT" || systemCode(cause) === "ENOTDIR") {
    return new SygaldryError("SYG-SPACK-MANIFEST", `${file} does not exist`, {
      cause,
      next: "Name a folder that holds a spack.yaml, or make one with `sygaldry spack create NAME`.",
    });
  }
  return new SygaldryError("SYG-SPACK-MANIFEST", `${file} cannot be read: ${messageOf(cause)}`, {
    cause,
    next: "Make it readable for this user.",
  });
}

import type { SpackContext } from "../context/context.ts";
import { at, type ConfigValue, textOf, textsOf } from "../manifest/config-value.ts";
import type { Manifest } from "../manifest/manifest.ts";
import { expandPath } from "../manifest/path-variables.ts";
import { mergedSection } from "../manifest/scopes.ts";

/** Where the packages of an environment are installed, as far as its configuration can be read from here. Paths of the site. */
export interface StoreLocation {
  /** Undefined when a variable in it is unknown here. */
  readonly root: string | undefined;
  /** Other stores whose packages are used, in Spack's order. */
  readonly upstreams: readonly string[];
  /** Where Spack builds, first choice first. */
  readonly stages: readonly string[];
}

/**
 * `config:install_tree`, `upstreams` and `config:build_stage` of the scopes of a manifest.
 * `standard` is the store where no scope that can be read names one.
 */
export function locateStore(
  { scopes, folder }: Manifest,
  context: SpackContext,
  standard: string | undefined,
): StoreLocation {
  const config = mergedSection(scopes, "config");
  const tree = at(config, "install_tree");
  const root = textOf(at(tree, "root")) ?? textOf(tree);
  const resolve = (text: string) => resolvePath(text, folder, context);
  return {
    root: root === undefined ? standard : resolve(root),
    upstreams: entriesOf(mergedSection(scopes, "upstreams")).flatMap((upstream) =>
      resolveAll([textOf(at(upstream, "install_tree"))], resolve),
    ),
    stages: resolveAll(stageTexts(at(config, "build_stage")), resolve),
  };
}

/** Spack's own default when nothing is configured. */
const standardStages = ["$tempdir/$user/spack-stage", "$user_cache_path/stage"];

function stageTexts(value: ConfigValue | undefined): readonly string[] {
  const text = textOf(value);
  if (text !== undefined) return [text];
  return value === undefined ? standardStages : textsOf(value).map((item) => item.text);
}

function entriesOf(value: ConfigValue | undefined): readonly ConfigValue[] {
  return value?.kind === "map" ? value.entries.map((entry) => entry.value) : [];
}

function resolveAll(
  texts: readonly (string | undefined)[],
  resolve: (text: string) => string | undefined,
): readonly string[] {
  return texts.flatMap((text) => (text === undefined ? [] : (resolve(text) ?? [])));
}

function resolvePath(text: string, folder: string, context: SpackContext): string | undefined {
  const expanded = expandPath(text, { folder, environmentFolder: folder }, context);
  return expanded.known && !expanded.remote ? expanded.path : undefined;
}

import { existsSync } from "node:fs";
import path from "node:path";
import { SygaldryError } from "../base/errors.ts";
import { configProblems } from "./config-problems.ts";
import { readChain } from "./extends.ts";
import { isTree, mergeTrees, type Tree } from "./merge.ts";
import { type ConfigFlags, type Environment, environmentOverrides, flagOverrides, overrideTree } from "./overrides.ts";
import { type Config, configSchema, joinedLists } from "./schema.ts";
import type { KeyPath, Position, YamlSource } from "./yaml-source.ts";

export const configFileName = "sygaldry.yaml";

/** Where a value comes from. */
export interface Origin {
  readonly kind: "default" | "file" | "environment" | "flag";
  /** For people: `sygaldry.yaml:12:3`, `environment BAZEL_VERSION`, `flag --gpu`, `default`. */
  readonly text: string;
  readonly file?: string;
  readonly position?: Position;
}

/** sygaldry.yaml with all that overrides it, validated. */
export interface ProjectConfig {
  /** The folder of sygaldry.yaml: the repository that is mounted. Absolute, as the caller named it (not resolved). */
  readonly root: string;
  readonly file: string;
  /** Every configuration file that was read, bases first. */
  readonly files: readonly string[];
  readonly config: Config;
  origin(path: KeyPath): Origin;
}

export interface LoadOptions {
  /** Where to look for sygaldry.yaml, upwards. */
  readonly cwd: string;
  /** The file itself; overrides the search. */
  readonly file?: string;
  readonly environment?: Environment;
  readonly flags?: ConfigFlags;
}

/**
 * Loads the configuration: flag > environment > sygaldry.yaml > what it extends > default.
 * Throws SYG-CONFIG-MISSING, SYG-CONFIG-EXTENDS, or SYG-CONFIG-INVALID that lists every problem with file:line:column.
 */
export async function loadConfig(options: LoadOptions): Promise<ProjectConfig> {
  const file = options.file === undefined ? findConfigFile(options.cwd) : path.resolve(options.cwd, options.file);
  const chain = await readChain(file);
  const origins = new Map<string, Origin>();
  let tree: Tree = {};
  for (const source of chain) tree = layFile(tree, source, origins);
  for (const override of [
    ...environmentOverrides(options.environment ?? {}),
    ...flagOverrides(options.flags ?? {}),
  ]) {
    const kind = override.source.startsWith("flag") ? "flag" : "environment";
    tree = mergeTrees(tree, overrideTree(override, tree), [], (at) => {
      if (startsWith(override.path, at)) return;
      origins.set(at.join("."), { kind, text: override.source });
    });
    origins.set(override.path.join("."), { kind, text: override.source });
  }
  const origin = (at: KeyPath) => nearest(origins, at);
  const parsed = configSchema.safeParse(tree);
  if (!parsed.success) throw configProblems(parsed.error.issues, file, chain, origin);
  return { root: path.dirname(file), file, files: chain.map((source) => source.file), config: parsed.data, origin };
}

/** The nearest sygaldry.yaml in `cwd` or above. Throws SYG-CONFIG-MISSING. */
export function findConfigFile(cwd: string): string {
  for (let folder = path.resolve(cwd); ; folder = path.dirname(folder)) {
    const file = path.join(folder, configFileName);
    if (existsSync(file)) return file;
    if (folder === path.dirname(folder)) break;
  }
  throw new SygaldryError("SYG-CONFIG-MISSING", `no ${configFileName} in ${path.resolve(cwd)} or above`, {
    next: "Run `sygaldry init` in the repository, or name the file with --config.",
  });
}

function layFile(tree: Tree, source: YamlSource, origins: Map<string, Origin>): Tree {
  const { file } = source;
  if (source.value === null || source.value === undefined) return tree;
  if (!isTree(source.value)) {
    throw new SygaldryError("SYG-CONFIG-INVALID", `${file}:1:1: expected a mapping of settings`, {
      next: "Start from `sygaldry init`, or see docs/reference/configuration.md.",
    });
  }
  const { extends: _, ...settings } = source.value;
  return mergeTrees(tree, settings, joinedLists, (at) => {
    const position = source.position(at, { key: true });
    origins.set(at.join("."), {
      kind: "file",
      text: `${file}:${position.line}:${position.column}`,
      file,
      position,
    });
  });
}

/** The origin of `at`, or of the nearest enclosing value that some source decided as a whole. */
function nearest(origins: ReadonlyMap<string, Origin>, at: KeyPath): Origin {
  const exact = origins.get(at.join("."));
  if (exact !== undefined) return exact;
  for (let length = at.length - 1; length > 0; length--) {
    const found = origins.get(at.slice(0, length).join("."));
    if (found !== undefined && typeof at[length] === "number") return found;
  }
  return { kind: "default", text: "default" };
}

function startsWith(path: KeyPath, prefix: KeyPath): boolean {
  return prefix.length < path.length && prefix.every((step, index) => step === path[index]);
}

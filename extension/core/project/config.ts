import path from "node:path";
import { SygaldryError } from "../base/errors.ts";
import { readChain } from "./extends.ts";
import { isTree, mergeTrees, type Tree } from "./merge.ts";
import {
  type ConfigFlags,
  type Environment,
  environmentOverrides,
  flagOverrides,
  overrideTree,
} from "./overrides.ts";
import { findConfigFile } from "./root.ts";
import { type Config, configSchema, joinedLists } from "./schema.ts";
import type { KeyPath, Position, YamlSource } from "./yaml-source.ts";

/** Where a value comes from. */
export interface Origin {
  readonly kind: "default" | "file" | "environment" | "flag";
  /** For people: `sygaldry.yaml:12:3`, `environment BAZEL_VERSION`, `flag --gpu`, `default`. */
  readonly text: string;
  readonly file?: string;
  readonly position?: Position;
  /** Where in that file; the indexes of a joined list differ from those of the whole. */
  readonly path?: KeyPath;
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
  const file =
    options.file === undefined ? findConfigFile(options.cwd) : path.resolve(options.cwd, options.file);
  const chain = await readChain(file);
  const origins = new Map<string, Origin>();
  let tree: Tree = {};
  for (const source of chain) tree = layFile(tree, source, origins);
  for (const override of [
    ...environmentOverrides(options.environment ?? {}),
    ...flagOverrides(options.flags ?? {}),
  ]) {
    const kind = override.source.startsWith("flag") ? "flag" : "environment";
    tree = mergeTrees(tree, overrideTree(override, tree), [], ({ path: at }) => {
      const key = at.join(".");
      const shortForm = origins.get(at.slice(0, -1).join("."));
      if (key === override.path.join(".")) origins.set(key, { kind, text: override.source });
      else if (shortForm !== undefined && !origins.has(key)) origins.set(key, shortForm);
    });
  }
  const origin = (at: KeyPath) => nearest(origins, at);
  const parsed = configSchema.safeParse(tree);
  if (!parsed.success) {
    // Only who made a mistake waits for the words about it.
    const { configProblems } = await import("./config-problems.ts");
    throw configProblems(parsed.error.issues, file, chain, origin);
  }
  return {
    root: path.dirname(file),
    file,
    files: chain.map((source) => source.file),
    config: parsed.data,
    origin,
  };
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
  return mergeTrees(tree, settings, joinedLists, ({ path: at, own, kind }) => {
    const position = source.position(own, { key: kind !== "item" });
    const text = `${file}:${position.line}:${position.column}`;
    // The schema's records would drop it without a word.
    if (at.at(-1) === "__proto__") {
      throw new SygaldryError("SYG-CONFIG-INVALID", `${text}: ${at.join(".")}: no key may have this name`, {
        next: "Choose another name.",
      });
    }
    const before = origins.get(at.join("."));
    if (kind === "value") forget(origins, at);
    origins.set(at.join("."), {
      kind: "file",
      text: kind === "joined" && before !== undefined ? `${before.text}, ${text}` : text,
      file,
      position,
      path: own,
    });
  });
}

/** Of what a lower layer said below `at`, nothing is left. */
function forget(origins: Map<string, Origin>, at: KeyPath): void {
  const below = `${at.join(".")}.`;
  for (const key of origins.keys()) if (key.startsWith(below)) origins.delete(key);
}

/** The origin of `at`; inside a list that of the nearest enclosing value, for a list is decided as a whole. */
function nearest(origins: ReadonlyMap<string, Origin>, at: KeyPath): Origin {
  for (let length = at.length; length > 0; length--) {
    const found = origins.get(at.slice(0, length).join("."));
    const inList = typeof at[length] === "number" || typeof at[length - 1] === "number";
    if (found !== undefined && (length === at.length || inList)) return found;
  }
  return { kind: "default", text: "default" };
}

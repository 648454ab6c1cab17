import { SygaldryError } from "../base/errors.ts";
import { readChain, type UnsavedText } from "./extends.ts";
import { isTree, mergeTrees, type Tree } from "./merge.ts";
import { nearestOrigin, type Origin } from "./origin.ts";
import { type Override, overrideTree } from "./overrides.ts";
import { type Config, configSchema, joinedLists } from "./schema.ts";
import type { KeyPath, YamlSource } from "./yaml-source.ts";

/** Configuration files that were read, merged and validated: plain data. */
export interface ReadConfig {
  /** Bases first. */
  readonly files: readonly { readonly file: string; readonly text: string }[];
  readonly config: Config;
  /** By the key with dots. */
  readonly origins: ReadonlyMap<string, Origin>;
}

/**
 * Reads `file` and what it extends, with the overrides on top.
 * Throws SYG-CONFIG-MISSING, SYG-CONFIG-EXTENDS, or SYG-CONFIG-INVALID that lists every problem with file:line:column.
 */
export async function readConfig(
  file: string,
  overrides: readonly Override[],
  unsaved?: UnsavedText,
): Promise<ReadConfig> {
  const chain = await readChain(file, unsaved);
  const origins = new Map<string, Origin>();
  let tree: Tree = {};
  for (const source of chain) tree = layFile(tree, source, origins);
  for (const override of overrides) {
    const kind = override.source.startsWith("flag") ? "flag" : "environment";
    tree = mergeTrees(tree, overrideTree(override, tree), [], ({ path: at }) => {
      const key = at.join(".");
      const shortForm = origins.get(at.slice(0, -1).join("."));
      if (key === override.path.join(".")) origins.set(key, { kind, text: override.source });
      else if (shortForm !== undefined && !origins.has(key)) origins.set(key, shortForm);
    });
  }
  const parsed = configSchema.safeParse(tree);
  if (!parsed.success) {
    // Only who made a mistake waits for the words about it.
    const { configProblems } = await import("./config-problems.ts");
    throw configProblems(parsed.error.issues, file, chain, (at) => nearestOrigin(origins, at));
  }
  return { files: chain.map(({ file: name, text }) => ({ file: name, text })), config: parsed.data, origins };
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

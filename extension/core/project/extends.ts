import path from "node:path";
import { messageOf, SygaldryError } from "../base/errors.ts";
import { readTextIfExists } from "../base/files.ts";
import { isTree } from "./merge.ts";
import { parseYaml, type YamlSource } from "./yaml-source.ts";

/** Texts that are not saved yet, by their absolute path; undefined for what is read from the disk. */
export type UnsavedText = (file: string) => string | undefined;

/**
 * Reads `file` and what it extends, the furthest base first and `file` last.
 * Throws SYG-CONFIG-MISSING when `file` is not there, SYG-CONFIG-EXTENDS for a base that is missing, cyclic or no file.
 */
export async function readChain(file: string, unsaved?: UnsavedText): Promise<readonly YamlSource[]> {
  const chain: YamlSource[] = [];
  let next: string | undefined = file;
  while (next !== undefined) {
    if (chain.some((source) => source.file === next)) throw cyclic(chain, next);
    const source: YamlSource = parseYaml(next, unsaved?.(next) ?? (await readText(next, chain.at(-1))));
    chain.push(source);
    next = baseOf(source);
  }
  return chain.reverse();
}

function baseOf(source: YamlSource): string | undefined {
  if (!isTree(source.value)) return undefined;
  const base = source.value["extends"];
  if (base === undefined || base === null) return undefined;
  if (typeof base === "string" && base !== "") return path.resolve(path.dirname(source.file), base);
  throw new SygaldryError("SYG-CONFIG-INVALID", `${place(source)}: extends: expected the path of one file`, {
    next: "Name the file, relative to this one; a file that is extended may itself extend another.",
  });
}

async function readText(file: string, from: YamlSource | undefined): Promise<string> {
  try {
    const text = await readTextIfExists(file);
    if (text !== undefined) return text;
  } catch (cause) {
    const code = from === undefined ? "SYG-CONFIG-INVALID" : "SYG-CONFIG-EXTENDS";
    const what = from === undefined ? file : `${place(from)}: extends ${file}, which`;
    throw new SygaldryError(code, `${what} cannot be read: ${messageOf(cause)}`, {
      cause,
      next: "Name a file that you may read.",
    });
  }
  if (from === undefined) {
    throw new SygaldryError("SYG-CONFIG-MISSING", `${file} does not exist`, {
      next: "Run `sygaldry init` in the repository, or name the file with --config.",
    });
  }
  throw new SygaldryError("SYG-CONFIG-EXTENDS", `${place(from)}: extends ${file}, which does not exist`, {
    next: "Correct the path; it is relative to the file that names it.",
  });
}

function cyclic(chain: readonly YamlSource[], again: string): SygaldryError {
  const files = [...chain.map((source) => source.file), again];
  const from = chain.at(-1);
  return new SygaldryError(
    "SYG-CONFIG-EXTENDS",
    `${from === undefined ? again : place(from)}: extends goes in a circle: ${files.join(" → ")}`,
    { next: "Take one of these `extends` lines out." },
  );
}

function place(source: YamlSource): string {
  const { line, column } = source.position(["extends"]);
  return `${source.file}:${line}:${column}`;
}

import { isCollection, isMap, isNode, isPair, isScalar, LineCounter, type Pair, parseDocument } from "yaml";
import { messageOf, SygaldryError } from "../base/errors.ts";

/** A place in a file, both counted from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

export type KeyPath = readonly (string | number)[];

/** A parsed YAML file: its plain value, and where each key and value of it stands. */
export interface YamlSource {
  readonly file: string;
  readonly value: unknown;
  /** Of the value at `path`, or of its key with `{key: true}`; the nearest enclosing place when there is none. */
  position(path: KeyPath, options?: { readonly key?: boolean }): Position;
}

/** Throws SYG-CONFIG-INVALID naming file:line:column on malformed YAML, several documents or anchors gone wild. */
export function parseYaml(file: string, text: string): YamlSource {
  const lines = new LineCounter();
  const document = parseDocument(text.replace(/^\ufeff/, ""), {
    lineCounter: lines,
    prettyErrors: false,
    uniqueKeys: true,
  });
  const at = (offset: number): Position => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  // A warning is a tag (!name) that would be passed over.
  const problem = document.errors[0] ?? document.warnings[0];
  if (problem !== undefined) {
    const { line, column } = at(problem.pos[0]);
    const what = problem.code === "MULTIPLE_DOCS" ? "a second document begins here" : problem.message;
    throw new SygaldryError("SYG-CONFIG-INVALID", `${file}:${line}:${column}: malformed YAML: ${what}`, {
      next: "Mend the line; quote text that holds ':', '#', or starts with a special character.",
      data: { file, line, column },
    });
  }
  return {
    file,
    value: toValue(file, () => document.toJS({ maxAliasCount: 100 })),
    position: (path, options) => at(offsetOf(document.contents, path, options?.key ?? false)),
  };
}

function toValue(file: string, convert: () => unknown): unknown {
  try {
    return convert();
  } catch (cause) {
    throw new SygaldryError("SYG-CONFIG-INVALID", `${file}:1:1: malformed YAML: ${messageOf(cause)}`, {
      cause,
      next: "Write values out instead of repeating them by anchors (&name, *name).",
    });
  }
}

function offsetOf(root: unknown, path: KeyPath, key: boolean): number {
  let node: unknown = root;
  let found = isNode(root) ? (root.range?.[0] ?? 0) : 0;
  for (const [index, step] of path.entries()) {
    if (!isCollection(node)) return found;
    const pair = isMap(node)
      ? node.items.find((item) => isPair(item) && keyText(item) === String(step))
      : undefined;
    // By the pair, because a key such as 8080 is a number in the document and text in the path.
    const value = isMap(node) ? pair?.value : node.get(step, true);
    if (pair !== undefined && isNode(pair.key)) found = pair.key.range?.[0] ?? found;
    if (key && index === path.length - 1) return found;
    if (isNode(value)) found = value.range?.[0] ?? found;
    node = value;
  }
  return found;
}

function keyText(pair: Pair): string {
  return String(isScalar(pair.key) ? pair.key.value : pair.key);
}

import {
  type Document,
  isCollection,
  isMap,
  isNode,
  isPair,
  isScalar,
  LineCounter,
  type Pair,
  parseDocument,
  visit,
} from "yaml";
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
  readonly text: string;
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
    const what = problem.code === "MULTIPLE_DOCS" ? "a second document begins here" : problem.message;
    throw malformed(file, at(problem.pos[0]), what);
  }
  return {
    file,
    text,
    value: toValue(file, document, at),
    position: (path, options) => at(offsetOf(document.contents, path, options?.key ?? false)),
  };
}

function toValue(file: string, document: Document.Parsed, at: (offset: number) => Position): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 });
  } catch (cause) {
    throw malformed(file, at(danglingAlias(document) ?? 0), messageOf(cause), cause);
  }
}

function danglingAlias(document: Document.Parsed): number | undefined {
  let offset: number | undefined;
  visit(document, {
    Alias(_, alias) {
      if (alias.resolve(document) !== undefined) return undefined;
      offset = alias.range?.[0];
      return visit.BREAK;
    },
  });
  return offset;
}

function malformed(file: string, { line, column }: Position, what: string, cause?: unknown): SygaldryError {
  return new SygaldryError("SYG-CONFIG-INVALID", `${file}:${line}:${column}: malformed YAML: ${what}`, {
    cause,
    next: "Mend the line; quote text that holds ':', '#', or starts with a special character.",
    data: { file, line, column },
  });
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

import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  type Scalar,
  type YAMLMap,
} from "yaml";
import { SygaldryError } from "../../base/errors.ts";
import type { ConfigEntry, ConfigValue, Origin } from "./config-value.ts";

/** A YAML file as Spack would read it. */
export interface ConfigSource {
  /** As this process reaches it. */
  readonly file: string;
  readonly text: string;
  /** With comments, for edits that keep them. */
  readonly document: Document.Parsed;
  /** Undefined for a file without content. */
  readonly root: ConfigValue | undefined;
  /** Texts that lose a `:` at their end, since Spack takes it for the mark of an override. */
  readonly shortened: readonly Origin[];
}

/** How many values aliases may add before the file counts as an attack. */
const maxAliased = 20_000;

/**
 * Reads a configuration file of Spack: YAML 1.2 with merge keys; a text that ends in `:` and has no `@` loses the colon, and as
 * a key it overrides (Spack 0.22 to 1.1, OrderedLineConstructor).
 * Throws SYG-SPACK-MANIFEST with file:line:column on malformed YAML.
 */
export function parseConfig(file: string, text: string): ConfigSource {
  const { source, mistakes } = parseConfigLeniently(file, text);
  const [mistake] = mistakes;
  if (mistake !== undefined) throw malformed(mistake.at, mistake.message);
  return source;
}

/** What makes a text no YAML. */
export interface YamlMistake {
  readonly at: Origin;
  readonly message: string;
}

/** `parseConfig` for a text that somebody is typing: all mistakes, and what can be told of the file nevertheless. */
export function parseConfigLeniently(
  file: string,
  text: string,
): { readonly source: ConfigSource; readonly mistakes: readonly YamlMistake[] } {
  const lines = new LineCounter();
  const body = text.replace(/^\ufeff/, "");
  const document = parseDocument(body, { lineCounter: lines, prettyErrors: false, merge: true });
  const origin = (range: readonly number[] | null | undefined): Origin => {
    const offset = range?.[0] ?? 0;
    const { line, col } = lines.linePos(offset);
    const length = (range?.[1] ?? offset) - offset;
    return { file, line: Math.max(line, 1), column: Math.max(col, 1), offset, length };
  };
  const mistakes = document.errors.map(({ code, message, pos }): YamlMistake => {
    const what = code === "MULTIPLE_DOCS" ? "a second document begins here" : message;
    return { at: origin(pos), message: what };
  });
  const reading: Reading = { document, origin, shortened: [], aliased: 0 };
  const root = readRoot(reading, mistakes);
  return { source: { file, text: body, document, root, shortened: reading.shortened }, mistakes };
}

function readRoot(reading: Reading, mistakes: YamlMistake[]): ConfigValue | undefined {
  const { contents } = reading.document;
  try {
    return contents === null ? undefined : readValue(contents, reading, []);
  } catch (error) {
    if (!(error instanceof AliasMistake)) throw error;
    mistakes.push({ at: error.at, message: error.message });
    return undefined;
  }
}

/** An alias that stands for nothing, or for too much. */
class AliasMistake extends Error {
  readonly at: Origin;

  constructor(at: Origin, message: string) {
    super(message);
    this.at = at;
  }
}

function malformed(at: Origin, what: string): SygaldryError {
  const { file, line, column } = at;
  return new SygaldryError("SYG-SPACK-MANIFEST", `${file}:${line}:${column}: malformed YAML: ${what}`, {
    next: "Mend the line; quote text that holds ':', '#', or starts with a special character.",
    data: { file, line, column },
  });
}

interface Reading {
  readonly document: Document.Parsed;
  readonly origin: (range: readonly number[] | null | undefined) => Origin;
  readonly shortened: Origin[];
  aliased: number;
}

function readValue(node: unknown, reading: Reading, aliases: readonly Alias[]): ConfigValue {
  if (isAlias(node)) return aliasOf(node, reading, aliases);
  if (aliases.length > 0 && ++reading.aliased > maxAliased) {
    throw new AliasMistake(reading.origin(aliases.at(-1)?.range), "its aliases grow without measure");
  }
  if (isMap(node)) {
    return { kind: "map", entries: entriesOf(node, reading, aliases), at: reading.origin(node.range) };
  }
  if (isSeq(node)) {
    const items = node.items.map((item) => readValue(item, reading, aliases));
    return { kind: "list", items, at: reading.origin(node.range) };
  }
  if (isScalar(node)) return { kind: "scalar", value: scalar(node, reading), at: reading.origin(node.range) };
  return { kind: "scalar", value: null, at: reading.origin(undefined) };
}

function aliasOf(alias: Alias, reading: Reading, aliases: readonly Alias[]): ConfigValue {
  const target = alias.resolve(reading.document);
  if (target === undefined)
    throw new AliasMistake(reading.origin(alias.range), `there is no anchor &${alias.source}`);
  if (aliases.includes(alias))
    throw new AliasMistake(reading.origin(alias.range), `*${alias.source} holds itself`);
  return readValue(target, reading, [...aliases, alias]);
}

function scalar(node: Scalar, reading: Reading): string | number | boolean | null {
  const { value } = node;
  if (typeof value === "string") return text(value, node, reading);
  if (typeof value === "number" || typeof value === "boolean" || value === null) return value;
  return node.source ?? null;
}

function text(value: string, node: Scalar, reading: Reading): string {
  if (!endsAsOverride(value)) return value;
  reading.shortened.push(reading.origin(node.range));
  return value.slice(0, -1);
}

function endsAsOverride(value: string): boolean {
  return value.endsWith(":") && !value.includes("@");
}

/** With merge keys (`<<`) taken in: what the mapping says itself wins, of several merged the first. */
function entriesOf(map: YAMLMap, reading: Reading, aliases: readonly Alias[]): readonly ConfigEntry[] {
  const own: ConfigEntry[] = [];
  const merged: ConfigEntry[] = [];
  for (const pair of map.items) {
    if (!isPair(pair)) continue;
    if (isMergeKey(pair.key)) {
      const value = readValue(pair.value, reading, aliases);
      for (const from of value.kind === "list" ? value.items : [value]) {
        if (from.kind === "map") merged.push(...from.entries);
      }
      continue;
    }
    own.push(entry(pair.key, pair.value, reading, aliases));
  }
  const names = new Set(own.map(({ key }) => key));
  for (const candidate of merged) {
    if (names.has(candidate.key)) continue;
    names.add(candidate.key);
    own.push(candidate);
  }
  return own;
}

function isMergeKey(key: unknown): boolean {
  return isScalar(key) && (key.source === "<<" || key.value === "<<") && key.type === "PLAIN";
}

function entry(key: unknown, value: unknown, reading: Reading, aliases: readonly Alias[]): ConfigEntry {
  const keyNode = isAlias(key) ? key.resolve(reading.document) : key;
  const name = isScalar(keyNode) ? String(keyNode.value) : "";
  const override = endsAsOverride(name);
  const keyAt = reading.origin(isScalar(key) || isAlias(key) ? key.range : undefined);
  return {
    key: override ? name.slice(0, -1) : name,
    override,
    keyAt,
    value: value === null ? { kind: "scalar", value: null, at: keyAt } : readValue(value, reading, aliases),
  };
}

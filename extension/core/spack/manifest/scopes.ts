import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { isCancellation, messageOf, SygaldryError, systemCode } from "../../base/errors.ts";
import type { SpackContext } from "../context/context.ts";
import { type ConfigSource, parseConfig } from "./config-source.ts";
import { type ConfigEntry, type ConfigValue, entryOf, type Origin } from "./config-value.ts";
import { type Include, includesOf } from "./includes.ts";
import { mergeEntries } from "./merge.ts";
import type { ManifestProblem } from "./problems.ts";
import { configFileShape, sectionShapes } from "./sections.ts";
import { checkShape } from "./shape.ts";

/** A file or folder of configuration, with what it says. */
export interface ConfigScope {
  readonly name: string;
  readonly kind: "file" | "folder";
  /** At the site. */
  readonly path: string;
  readonly sections: ReadonlyMap<string, ConfigEntry>;
  readonly sources: readonly ConfigSource[];
  readonly includes: readonly Include[];
  /** Names of the scopes that it includes, also through others. */
  readonly included: ReadonlySet<string>;
}

export interface ScopeStack {
  /** The weakest first. */
  readonly scopes: readonly ConfigScope[];
  readonly problems: readonly ManifestProblem[];
}

export interface ScopeOptions {
  readonly context: SpackContext;
  readonly signal?: AbortSignal | undefined;
}

/** A scope of which the own content is known already. */
export interface OwnScope {
  readonly name: string;
  readonly path: string;
  readonly sections: ReadonlyMap<string, ConfigEntry>;
  readonly sources: readonly ConfigSource[];
}

/**
 * The configuration scopes below and of an environment, includes of includes too, in Spack's order.
 * What is wrong with an included file is a problem, never an exception, except cancellation (SYG-CANCELLED).
 */
export async function loadScopes(environment: OwnScope, options: ScopeOptions): Promise<ScopeStack> {
  const stack: Stack = { scopes: new Map(), problems: [], options };
  for (const { name, path: folder } of options.context.scopes) {
    const content = await readFolder(folder, undefined, stack);
    if (content !== undefined) await push({ name, path: folder, ...content }, "folder", [], stack);
  }
  await push(environment, "file", [], stack);
  return { scopes: withoutOverridden([...stack.scopes.values()]), problems: stack.problems };
}

/** What all scopes together say about a section. */
export function mergedSection(scopes: readonly ConfigScope[], section: string): ConfigValue | undefined {
  let merged: ConfigEntry | undefined;
  for (const scope of scopes) {
    const entry = scope.sections.get(section);
    if (entry !== undefined) merged = mergeEntries(merged, entry);
  }
  return merged?.value;
}

interface Stack {
  readonly scopes: Map<string, ConfigScope>;
  readonly problems: ManifestProblem[];
  readonly options: ScopeOptions;
}

/** Puts what a scope includes onto the stack, the last include first, and the scope itself on top. Returns all their names. */
async function push(
  own: OwnScope,
  kind: ConfigScope["kind"],
  above: readonly string[],
  stack: Stack,
): Promise<ReadonlySet<string>> {
  const chain = [...above, own.path];
  const includes = await includesOf(own, kind, stack.options.context, stack.problems);
  const included = new Set<string>();
  for (const include of includes.filter(({ state }) => state === "read").reverse()) {
    for (const name of await pushInclude(include, chain, stack)) included.add(name);
  }
  stack.scopes.delete(own.name);
  stack.scopes.set(own.name, { ...own, kind, includes, included });
  return included.add(own.name);
}

async function pushInclude(
  include: Include,
  chain: readonly string[],
  stack: Stack,
): Promise<Iterable<string>> {
  const { path: file, name, at } = include;
  if (file === undefined || name === undefined) return [];
  if (chain.includes(file)) {
    const message = `the includes go in a circle: ${[...chain, file].join(" → ")}`;
    stack.problems.push({ severity: "error", code: "include-cycle", message, at });
    return [];
  }
  const content = include.folder ? await readFolder(file, at, stack) : await readOne(file, at, stack);
  if (content === undefined) return [];
  return push({ name, path: file, ...content }, include.folder ? "folder" : "file", chain, stack);
}

type Content = Pick<OwnScope, "sections" | "sources">;

async function readOne(file: string, at: Origin, stack: Stack): Promise<Content | undefined> {
  const source = await readSource(file, at, stack);
  if (source === undefined) return undefined;
  if (source.root !== undefined && !isEmpty(source.root)) {
    stack.problems.push(...checkShape(source.root, configFileShape, ""));
  }
  return { sections: sectionsOf(source.root), sources: [source] };
}

async function readFolder(
  folder: string,
  at: Origin | undefined,
  stack: Stack,
): Promise<Content | undefined> {
  const local = stack.options.context.paths.local(folder);
  const sections = new Map<string, ConfigEntry>();
  const sources: ConfigSource[] = [];
  for (const section of await sectionFiles(local, folder, at, stack)) {
    const source = await readSource(path.posix.join(folder, `${section}.yaml`), at, stack);
    if (source?.root === undefined) continue;
    const shape = sectionShapes[section];
    const entry = entryOf(source.root, section);
    if (shape !== undefined && entry !== undefined) {
      stack.problems.push(...checkShape(entry.value, shape, section));
      sections.set(section, entry);
    }
    sources.push(source);
  }
  return { sections, sources };
}

async function sectionFiles(
  local: string,
  folder: string,
  at: Origin | undefined,
  stack: Stack,
): Promise<readonly string[]> {
  try {
    const names = new Set(await readdir(local));
    return Object.keys(sectionShapes).filter((section) => names.has(`${section}.yaml`));
  } catch (error) {
    // A scope such as /etc/spack need not exist.
    if (systemCode(error) !== "ENOENT") stack.problems.push(unreadable(folder, at, error));
    return [];
  }
}

async function readSource(
  file: string,
  at: Origin | undefined,
  stack: Stack,
): Promise<ConfigSource | undefined> {
  const { context, signal } = stack.options;
  const local = context.paths.local(file);
  try {
    return parseConfig(local, await readFile(local, { encoding: "utf8", ...(signal && { signal }) }));
  } catch (error) {
    if (isCancellation(error)) throw new SygaldryError("SYG-CANCELLED", `reading ${local} was cancelled`);
    stack.problems.push(
      error instanceof SygaldryError
        ? { severity: "error", code: "include-unreadable", message: `included file ${error.message}`, at }
        : unreadable(file, at, error),
    );
    return undefined;
  }
}

function unreadable(file: string, at: Origin | undefined, error: unknown): ManifestProblem {
  return {
    severity: "error",
    code: "include-unreadable",
    message: `${file} cannot be read: ${messageOf(error)}`,
    at,
  };
}

/** The sections of a file of configuration, or of the `spack:` of a manifest. */
export function sectionsOf(root: ConfigValue | undefined): ReadonlyMap<string, ConfigEntry> {
  const entries = root?.kind === "map" ? root.entries : [];
  return new Map(entries.map((entry) => [entry.key, entry]));
}

function isEmpty(value: ConfigValue): boolean {
  return value.kind === "scalar" ? value.value === null : value.kind === "map" && value.entries.length === 0;
}

/** `include::` drops the scopes below it that it does not itself include. */
function withoutOverridden(scopes: readonly ConfigScope[]): readonly ConfigScope[] {
  const last = scopes.findLastIndex((scope) => scope.sections.get("include")?.override);
  const overriding = scopes[last];
  if (overriding === undefined) return scopes;
  return scopes.filter((scope, index) => index >= last || overriding.included.has(scope.name));
}

import { type BazelGraph, dependentsIn, type GraphRule } from "../graph/graph.ts";
import { coversPackage, parsePattern } from "../workspace/pattern.ts";
import { compareTexts } from "../workspace/workspace.ts";
import type { ChangedFile } from "./changes.ts";

/** Why a target is affected: what has changed at the end of the way, and the way. */
export interface Because {
  /**
   * `file`: a file that it takes has changed; `rule`: its definition, or the code behind it; `new`: it was not there;
   * `everything`: a file that decides how all is built, or a toolchain of the workspace.
   */
  readonly what: "file" | "rule" | "new" | "everything";
  /** Below the root; undefined for what is not one file. */
  readonly file: string | undefined;
  /** From the target down to what has changed, each depending on the next; `…` where more than 64 are between. */
  readonly path: readonly string[];
}

export interface AffectedTarget {
  readonly label: string;
  readonly kind: string;
  readonly manual: boolean;
  readonly because: Because;
}

export interface Evidence {
  readonly now: BazelGraph;
  /** Of the revision; undefined where no rule can have changed. */
  readonly before: BazelGraph | undefined;
  readonly files: readonly ChangedFile[];
  /** Files that decide how all is built. */
  readonly everything: readonly string[];
  readonly toolchains: readonly string[];
}

export interface Affected {
  /** Rules of the workspace, by label. */
  readonly targets: readonly AffectedTarget[];
  /** Rules that are no more. */
  readonly removed: readonly string[];
  /** Changed files that no rule takes, and that say nothing of rules. */
  readonly unused: readonly string[];
}

/**
 * The targets whose building may differ: those that a changed file or rule is below of. The digest of a rule is of its
 * attributes and of the .bzl files behind it, so that what only moves or is written in another way affects nobody.
 */
export function findAffected({ now, before, files, everything, toolchains }: Evidence): Affected {
  const { seeds, unused } = fileSeeds(now, files);
  if (before !== undefined)
    for (const rule of now.rules.values()) {
      const old = before.rules.get(rule.label);
      const what = old === undefined ? "new" : sameRule(old, rule) ? undefined : "rule";
      if (what !== undefined) seeds.set(rule.label, { what, file: undefined });
    }
  const found = spread(now, seeds);
  const all =
    everything.length > 0 ? { file: everything[0], path: [] } : affectedToolchain(now, found, toolchains);
  return {
    targets: [...now.rules.values()]
      .filter(({ label }) => isOwn(label))
      .flatMap(({ label, kind, manual }) => {
        const own = found.get(label);
        const because =
          own === undefined
            ? everyone(label, all)
            : { what: own.what, file: own.file, path: wayFrom(label, found) };
        return because === undefined ? [] : [{ label, kind, manual, because }];
      })
      .sort((a, b) => compareTexts(a.label, b.label)),
    removed: [...(before?.rules.keys() ?? [])]
      .filter((label) => isOwn(label) && !now.rules.has(label))
      .sort(compareTexts),
    unused,
  };
}

function isOwn(label: string): boolean {
  return label.startsWith("//");
}

function sameRule(a: GraphRule, b: GraphRule): boolean {
  return (
    a.kind === b.kind &&
    a.digest === b.digest &&
    a.inputs.length === b.inputs.length &&
    a.inputs.every((input, index) => input === b.inputs[index])
  );
}

type Seed = Pick<Because, "what" | "file">;

/** Linked, for the ways of all targets of a long chain would not fit into memory. */
interface Found extends Seed {
  /** What it depends on by way of which it is affected; undefined for the seed itself. */
  readonly next: string | undefined;
  readonly seed: string;
  readonly length: number;
}

/** The labels by which rules take the changed files, or folders that hold them. */
function fileSeeds(
  graph: BazelGraph,
  files: readonly ChangedFile[],
): { readonly seeds: Map<string, Seed>; readonly unused: readonly string[] } {
  const sources = new Set<string>();
  for (const { inputs } of graph.rules.values())
    for (const input of inputs)
      if (isOwn(input) && !graph.rules.has(input) && !graph.makers.has(input)) sources.add(input);
  const bySubmodule = files.filter(({ submodule }) => submodule).map(({ file }) => `${file}/`);
  const seeds = new Map<string, Seed>();
  const unused: string[] = [];
  for (const { file } of files) {
    const taken = labelsOf(file).filter((label) => sources.has(label));
    for (const label of taken) if (!seeds.has(label)) seeds.set(label, { what: "file", file });
    if (taken.length === 0 && !/(^|\/)(BUILD|BUILD\.bazel|[^/]*\.bzl)$/.test(file)) unused.push(file);
  }
  if (bySubmodule.length > 0)
    for (const source of sources) {
      const path = source.slice("//".length).replace(":", "/").replace(/^\//, "");
      const submodule = bySubmodule.find((folder) => path.startsWith(folder));
      if (submodule !== undefined) seeds.set(source, { what: "file", file: submodule.slice(0, -1) });
    }
  return { seeds, unused };
}

/** Whichever folder is the package: `//a/b:c`, `//a:b/c`, `//:a/b/c`; and those of the folders above, as a rule may take one. */
function labelsOf(file: string): readonly string[] {
  const parts = file.split("/");
  return parts.flatMap((_, length) => {
    const names = parts.slice(0, length + 1);
    return names.map((_name, at) => `//${names.slice(0, at).join("/")}:${names.slice(at).join("/")}`);
  });
}

/** From each seed upwards, the nearest first, so that the shortest way is told. */
function spread(graph: BazelGraph, seeds: ReadonlyMap<string, Seed>): ReadonlyMap<string, Found> {
  const above = dependentsIn(graph);
  const found = new Map<string, Found>();
  for (const [label, seed] of [...seeds].sort(([a], [b]) => compareTexts(a, b)))
    found.set(label, { ...seed, next: undefined, seed: label, length: 1 });
  // A map goes on to what is added while it is walked.
  for (const [label, because] of found)
    for (const other of above(label))
      if (!found.has(other)) found.set(other, { ...because, next: label, length: because.length + 1 });
  return found;
}

/** Of a longer way only the beginning is told, and the end. */
const told = 64;

function wayFrom(label: string, found: ReadonlyMap<string, Found>): readonly string[] {
  const start = found.get(label);
  const way: string[] = [];
  for (let at: string | undefined = label; at !== undefined && way.length < told; at = found.get(at)?.next)
    way.push(at);
  if (start === undefined || start.length <= told) return way;
  return [...way.slice(0, told - 2), "…", start.seed];
}

interface Everything {
  readonly file: string | undefined;
  readonly path: readonly string[];
}

function everyone(label: string, all: Everything | undefined): Because | undefined {
  if (all === undefined) return undefined;
  return { what: "everything", file: all.file, path: [label, ...all.path] };
}

/** Toolchains are no inputs of the rules that use them. */
function affectedToolchain(
  { rules }: BazelGraph,
  found: ReadonlyMap<string, Found>,
  toolchains: readonly string[],
): Everything | undefined {
  const patterns = toolchains.map((text) => parsePattern(text, ""));
  for (const [label, { file }] of found) {
    if (!isOwn(label) || !rules.has(label)) continue;
    const [folder = "", name] = label.split(":");
    const pattern = patterns.find((each) => coversPackage(each, folder) && (each.name ?? name) === name);
    if (pattern !== undefined) return { file, path: wayFrom(label, found) };
  }
  return undefined;
}

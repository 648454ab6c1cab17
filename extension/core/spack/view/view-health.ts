import path from "node:path";
import { messageOf } from "../../base/errors.ts";
import { forEachParallel } from "../../base/parallel.ts";
import { type PathTranslation, samePaths } from "../../site/paths.ts";
import type { SpecHash } from "../lockfile/lockfile.ts";
import type { StoreRecord } from "../store/database.ts";
import { pathExists } from "./path-exists.ts";
import { readView, type ViewOnDisk } from "./read-view.ts";
import { type ViewLink, viewLinks } from "./view-links.ts";

export type ViewProblem =
  | { readonly kind: "missing"; readonly path: string }
  | { readonly kind: "occupied"; readonly path: string; readonly by: "folder" | "file" }
  | { readonly kind: "unreadable"; readonly path: string; readonly why: string }
  /** The link is there, and points to nothing. */
  | { readonly kind: "target-missing"; readonly path: string; readonly target: string }
  /** Not the view that Spack would make of today's lock and store. */
  | { readonly kind: "stale"; readonly path: string; readonly expected: string; readonly actual: string }
  /** The link points outside Spack's folder of generations: somebody else made it. */
  | { readonly kind: "foreign-target"; readonly path: string; readonly target: string }
  | { readonly kind: "left-over"; readonly path: string }
  /** Links to a package that lead nowhere. */
  | { readonly kind: "dangling"; readonly package: string; readonly links: readonly string[] }
  /** Links to a package that is not in the lock, or no longer in the store's database. */
  | { readonly kind: "foreign-links"; readonly package: string; readonly links: readonly string[] };

export interface ViewHealth {
  readonly disk: ViewOnDisk;
  readonly problems: readonly ViewProblem[];
  /** How many links were followed; undefined when links were not asked for or could not be read. */
  readonly links: number | undefined;
}

export interface ViewExpectation {
  /** Of viewHash; undefined where it cannot be computed (no lock, no database): then staleness is not judged. */
  readonly hash: string | undefined;
  /** The hashes that may be in the view; undefined where any may. */
  readonly packages: ReadonlySet<SpecHash> | undefined;
  /** All records of the store and its upstreams: whom a link belongs to. */
  readonly records: Iterable<StoreRecord>;
}

export interface ViewHealthOptions {
  readonly paths?: PathTranslation;
  readonly signal?: AbortSignal;
  /** Follow every link of the view: tens of thousands in a large one. Default true. */
  readonly links?: boolean;
}

/** What is wrong with the view at `root` (a path of the site). Throws only what `signal` throws. */
export async function viewHealth(
  root: string,
  expected: ViewExpectation,
  { paths = samePaths, signal, links = true }: ViewHealthOptions = {},
): Promise<ViewHealth> {
  const disk = await readView(root, paths);
  const problems = [...rootProblems(disk, expected.hash), ...leftOver(disk)];
  if (!links || disk.view.state !== "linked" || !disk.view.targetExists) {
    return { disk, problems, links: undefined };
  }
  try {
    const found = await viewLinks(disk.view.target, paths, signal);
    return {
      disk,
      problems: [...problems, ...(await linkProblems(found, expected, paths, signal))],
      links: found.length,
    };
  } catch (error) {
    signal?.throwIfAborted();
    const why = `${paths.local(disk.view.target)} cannot be read: ${messageOf(error)}`;
    return { disk, problems: [...problems, { kind: "unreadable", path: root, why }], links: undefined };
  }
}

function rootProblems({ path: root, view }: ViewOnDisk, expected: string | undefined): ViewProblem[] {
  if (view.state === "missing") return [{ kind: "missing", path: root }];
  if (view.state === "occupied") return [{ kind: "occupied", path: root, by: view.by }];
  if (view.state === "unknown") return [{ kind: "unreadable", path: root, why: view.why }];
  const { target, targetExists, generation } = view;
  if (!targetExists) return [{ kind: "target-missing", path: root, target }];
  if (generation === undefined) return [{ kind: "foreign-target", path: root, target }];
  if (expected === undefined || generation === expected) return [];
  return [{ kind: "stale", path: root, expected, actual: generation }];
}

function leftOver({ generationsFolder, generations, view }: ViewOnDisk): ViewProblem[] {
  const current = view.state === "linked" ? view.generation : undefined;
  return generations
    .filter((name) => name !== current)
    .map((name) => ({ kind: "left-over", path: path.posix.join(generationsFolder, name) }));
}

async function linkProblems(
  links: readonly ViewLink[],
  { packages, records }: ViewExpectation,
  paths: PathTranslation,
  signal: AbortSignal | undefined,
): Promise<readonly ViewProblem[]> {
  const owners = new Map([...records].flatMap((record) => (record.prefix ? [[record.prefix, record]] : [])));
  const dangling = new Map<string, string[]>();
  const foreign = new Map<string, string[]>();
  await forEachParallel(links, 16, async ({ name, target }) => {
    signal?.throwIfAborted();
    const owner = ownerOf(target, owners);
    const title =
      owner === undefined ? path.posix.dirname(target) : `${owner.name}@${owner.version}/${owner.hash}`;
    if (owner === undefined || packages?.has(owner.hash) === false) collect(foreign, title, name);
    if ((await pathExists(target, paths)) === false) collect(dangling, title, name);
  });
  return [...list("dangling", dangling), ...list("foreign-links", foreign)];
}

function collect(groups: Map<string, string[]>, title: string, name: string): void {
  const names = groups.get(title);
  if (names === undefined) groups.set(title, [name]);
  else names.push(name);
}

function list(
  kind: "dangling" | "foreign-links",
  groups: ReadonlyMap<string, readonly string[]>,
): readonly ViewProblem[] {
  return [...groups]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([title, names]) => ({ kind, package: title, links: [...names].sort() }));
}

/** The install whose prefix the path lies in. */
function ownerOf(target: string, owners: ReadonlyMap<string, StoreRecord>): StoreRecord | undefined {
  for (let folder = target; folder.length > 1; folder = path.posix.dirname(folder)) {
    const owner = owners.get(folder);
    if (owner !== undefined) return owner;
  }
  return undefined;
}

import path from "node:path";
import type { SpecHash } from "../../lockfile/lockfile.ts";
import type { BuildInfo } from "./build-info.ts";

/** What Spack replaced by what when it installed a package from a build cache, in the order in which it looks. */
export interface Relocation {
  /** Old path → new path, without those that stayed the same. */
  readonly moves: ReadonlyMap<string, string>;
  readonly info: BuildInfo;
}

/**
 * The moves of an install: the hook for long script headers, then the prefixes of the package and its dependencies, then
 * the store as a whole. `prefixOf` gives today's prefixes (the database's), `root` is today's store; paths of the site.
 */
export function relocationOf(
  info: BuildInfo,
  root: string,
  prefixOf: (hash: SpecHash) => string | undefined,
): Relocation {
  const moves = new Map<string, string>();
  const add = (from: string, to: string | undefined) => {
    if (to !== undefined && from !== to && !moves.has(from)) moves.set(from, to);
  };
  if (info.sbang !== undefined) add(info.sbang, path.posix.join(root, "bin", "sbang"));
  for (const [hash, prefix] of info.prefixes) add(prefix, prefixOf(hash));
  add(info.storeRoot, root);
  return { moves, info };
}

/** Where a link of the old store points in the new one. */
export function moveLink(target: string, { moves }: Relocation): string {
  if (!target.startsWith("/")) return target;
  for (const [from, to] of moves) if (target.startsWith(from)) return to + target.slice(from.length);
  return target;
}

/**
 * A text file as it was before it was relocated. Spack replaces a prefix where no path character stands before it, but
 * for a leading word such as -I; the same rule turns it back. Bytes are kept as they are, whatever their encoding.
 */
export function unmoveText(content: Buffer, { moves }: Relocation): Buffer {
  const back = new Map<string, string>();
  for (const [from, to] of moves) if (!back.has(latin(to))) back.set(latin(to), latin(from));
  if (back.size === 0) return content;
  const longestFirst = [...back.keys()].sort((a, b) => b.length - a.length).map(escapeRegExp);
  const pattern = new RegExp(`(?<![\\w\\-/])([\\w\\-]*?)(${longestFirst.join("|")})([\\w\\-/]*)`, "g");
  const text = content.toString("latin1");
  return Buffer.from(
    text.replace(pattern, (_, lead: string, to: string, rest: string) => lead + (back.get(to) ?? to) + rest),
    "latin1",
  );
}

/** UTF-8 bytes as one character each, so that patterns over bytes can be written as patterns over text. */
export function latin(text: string): string {
  return Buffer.from(text, "utf8").toString("latin1");
}

export function escapeRegExp(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&");
}

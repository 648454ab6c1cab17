import { createHash } from "node:crypto";
import { createReadStream, type Stats } from "node:fs";
import { readFile, readlink } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { base32 } from "../../lockfile/verify-hashes.ts";
import type { DamageKind, ExcuseReason } from "./damage.ts";
import type { ManifestEntry } from "./manifest.ts";
import { moveLink, type Relocation, unmoveText } from "./relocation.ts";
import { largestBinary, pathsIn, unmoveBinary } from "./unmove-binary.ts";

/** How an install came about decides what of its manifest still has to hold. */
export interface CompareContext {
  /** Undefined for installs from source. */
  readonly relocation: Relocation | undefined;
  /** From a build cache: its tarballs keep no times, owners, and only whether a file is executable. */
  readonly cached: boolean;
  /** Trust size and time: content is read only where one of them differs. */
  readonly quick: boolean;
}

/** What was found out about one path: at most one of each kind. */
export interface Comparison {
  readonly damages: readonly { readonly kind: DamageKind; readonly detail: string }[];
  readonly excuse: ExcuseReason | undefined;
}

interface Subject {
  /** Path relative to the prefix. */
  readonly name: string;
  /** As this process reaches it. */
  readonly file: string;
  readonly entry: ManifestEntry;
  readonly stats: Stats;
}

const typeBits = 0o170000;
const linkType = 0o120000;
const fileType = 0o100000;
const folderType = 0o040000;

/** Compares a path that is there with its manifest entry. Throws what reading it throws. */
export async function compareEntry(subject: Subject, context: CompareContext): Promise<Comparison> {
  const { entry, stats } = subject;
  const type = stats.mode & typeBits;
  if (type !== (entry.mode & typeBits) && !(type === linkType && entry.link !== undefined)) {
    const detail = `recorded as ${typeName(entry.mode)}, now ${typeName(stats.mode)}`;
    return { damages: [{ kind: "type", detail }], excuse: undefined };
  }
  if (type === linkType) return compareLink(subject, context);
  const modes = modeDamage(entry.mode, stats.mode, context.cached);
  if (type !== fileType) return folderMode(entry.mode, stats.mode, modes);
  const content = await compareContent(subject, context);
  return { damages: [...modes, ...content.damages], excuse: content.excuse };
}

async function compareLink(
  { name, file, entry }: Subject,
  { relocation }: CompareContext,
): Promise<Comparison> {
  const target = await readlink(file);
  const recorded = entry.link ?? "";
  const moved = relocation === undefined ? recorded : moveLink(recorded, relocation);
  if (target === moved) {
    return { damages: [], excuse: moved === recorded ? undefined : "relocated" };
  }
  // Spack leaves alone what its tarball does not list.
  if (target === recorded && relocation?.info.links.has(name) === false)
    return { damages: [], excuse: undefined };
  return {
    damages: [{ kind: "link", detail: `recorded as a link to ${moved}, now to ${target}` }],
    excuse: undefined,
  };
}

/**
 * A source install keeps its modes to the bit. A cache's tarball holds 0755 or 0644, to which Spack then applies what
 * `packages:permissions` says of group and others.
 */
function modeDamage(recorded: number, now: number, cached: boolean): Comparison["damages"] {
  if (recorded === now) return [];
  const detail = `recorded mode ${octal(recorded)}, now ${octal(now)}`;
  if (!cached) return [{ kind: "mode", detail }];
  const isFolder = (now & typeBits) !== fileType;
  const git = isFolder || (recorded & 0o100) !== 0 ? 0o755 : 0o644;
  const fits = [recorded & 0o777, git].some(
    (base) => (now & 0o700) === (base & 0o700) && within(now >> 3, now >> 6) && within(now, base),
  );
  const special = (now & 0o5000) === (recorded & 0o5000) || (now & 0o5000) === 0;
  return fits && special ? [] : [{ kind: "mode", detail }];
}

function folderMode(recorded: number, now: number, damages: Comparison["damages"]): Comparison {
  const groupBitOnly = ((recorded ^ now) & 0o7777) === 0o2000;
  return groupBitOnly ? { damages: [], excuse: "folder group bit" } : { damages, excuse: undefined };
}

/** Whether the last three bits of `bits` are among those of `of`. */
function within(bits: number, of: number): boolean {
  return (bits & 7 & ~of) === 0;
}

async function compareContent(subject: Subject, context: CompareContext): Promise<Comparison> {
  const { file, entry, stats } = subject;
  const intact = { damages: [], excuse: undefined };
  if (entry.hash === undefined) return intact;
  const sameTime = context.cached ? stats.mtimeMs === 0 : sameSeconds(entry.time, stats);
  if (context.quick && sameTime && stats.size === entry.size) return intact;
  const hash = await sha1File(file, stats.size);
  if (hash === entry.hash) return sameTime || context.cached ? intact : { damages: [], excuse: "touched" };
  const { relocation } = context;
  const excuse = relocation === undefined ? undefined : await excuseRelocated(subject, relocation);
  if (excuse !== undefined) return { damages: [], excuse };
  const detail =
    entry.size !== undefined && entry.size !== stats.size
      ? `recorded with ${entry.size} bytes, now ${stats.size}`
      : "same size, other content";
  return { damages: [{ kind: "content", detail }], excuse: undefined };
}

/** Whether the difference is what Spack's own relocation of this very file made of it. */
async function excuseRelocated(
  { name, file, entry, stats: { size } }: Subject,
  relocation: Relocation,
): Promise<ExcuseReason | undefined> {
  const { info, moves } = relocation;
  const isText = info.textFiles.has(name);
  if (moves.size === 0 || !(isText || info.binaries.has(name))) return undefined;
  if (size > largestBinary) return "relocated, content not comparable";
  const content = await readFile(file);
  if (isText) {
    const before = unmoveText(content, relocation);
    return [before, withoutSbang(before)].some((text) => sha1(text) === entry.hash) ? "relocated" : undefined;
  }
  const before = unmoveBinary(content, relocation);
  if (before.some((binary) => sha1(binary) === entry.hash)) return "relocated";
  const { fresh, stale } = pathsIn(content, relocation);
  // Only a search path that became longer is written by a tool that changes the size.
  const grown = content.length !== entry.size && [...moves].some(([from, to]) => to.length > from.length);
  const comparable = before.length > 0 || content.length !== entry.size;
  return fresh && !stale && (grown || !comparable) ? "relocated, content not comparable" : undefined;
}

/** Spack puts a header before scripts whose own first line is too long for the kernel in the new place. */
function withoutSbang(text: Buffer): Buffer {
  const first = text.subarray(0, text.indexOf("\n") + 1);
  return /^#!\/bin\/(?:ba)?sh \S*\/bin\/sbang\n$/.test(first.toString("latin1"))
    ? text.subarray(first.length)
    : text;
}

/** Python's time of a file: whole seconds and nanoseconds added up as a double. */
function sameSeconds(recorded: number | undefined, stats: Stats): boolean {
  return recorded !== undefined && Math.abs(recorded - stats.mtimeMs / 1000) < 5e-6;
}

/** SHA-1 as manifests hold it: upper-case base32. Small files are read whole, which is faster. */
async function sha1File(file: string, size: number): Promise<string> {
  if (size <= 1024 * 1024) return sha1(await readFile(file));
  const hash = createHash("sha1");
  await pipeline(createReadStream(file, { highWaterMark: 1024 * 1024 }), hash);
  return base32(hash.digest()).toUpperCase();
}

function sha1(content: Buffer): string {
  return base32(createHash("sha1").update(content).digest()).toUpperCase();
}

function octal(mode: number): string {
  return (mode & 0o7777).toString(8).padStart(4, "0");
}

function typeName(mode: number): string {
  const type = mode & typeBits;
  if (type === folderType) return "a folder";
  if (type === linkType) return "a link";
  return type === fileType ? "a file" : "a device, pipe or socket";
}

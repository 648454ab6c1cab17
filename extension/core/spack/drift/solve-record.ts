import { readFile } from "node:fs/promises";
import path from "node:path";
import * as z from "zod";
import { isCancellation, messageOf, SygaldryError, systemCode } from "../../base/errors.ts";
import { sha256, writeAtomic } from "../../base/files.ts";
import type { Lockfile } from "../lockfile/lockfile.ts";
import type { Manifest } from "../manifest/manifest.ts";
import { solveInputs } from "./solve-inputs.ts";

/** What a lock was solved from, besides its roots. Written beside the lock, so that both can be committed together. */
export interface SolveRecord {
  /** lockIdentity of the lock that was solved; a record of another lock says nothing. */
  readonly lock: string;
  /** Canonical JSON by part: what the manifest and its includes said. */
  readonly environment: Readonly<Record<string, string>>;
  /** Digest by part of what the configuration outside of the environment said, and which that was. */
  readonly outside: { readonly site: string; readonly parts: Readonly<Record<string, string>> };
}

const schema = z.object({
  format: z.literal("sygaldry-solve"),
  version: z.literal(1),
  lock: z.string(),
  environment: z.record(z.string(), z.string()),
  outside: z.object({ site: z.string(), parts: z.record(z.string(), z.string()) }),
});

/** `folder` is the environment's, as this process reaches it. */
export function solveRecordFile(folder: string): string {
  return path.join(folder, "spack.lock.sygaldry.json");
}

/** Undefined when there is none; a text that says why it cannot be used. Throws SYG-CANCELLED only. */
export async function readSolveRecord(
  file: string,
  signal?: AbortSignal,
): Promise<SolveRecord | string | undefined> {
  try {
    const text = await readFile(file, { encoding: "utf8", ...(signal && { signal }) });
    return parseSolveRecord(text);
  } catch (error) {
    if (isCancellation(error)) throw new SygaldryError("SYG-CANCELLED", `reading ${file} was cancelled`);
    if (systemCode(error) === "ENOENT" || systemCode(error) === "ENOTDIR") return undefined;
    return messageOf(error);
  }
}

function parseSolveRecord(text: string): SolveRecord | string {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (error) {
    return messageOf(error);
  }
  const parsed = schema.safeParse(document);
  if (!parsed.success) return "it is no record that this version of Sygaldry reads";
  const { lock, environment, outside } = parsed.data;
  return { lock, environment, outside };
}

export interface Solve {
  /** As it was read before the solve. */
  readonly manifest: Manifest;
  /** As it came out. */
  readonly lock: Lockfile;
  /** With --force: nothing of the lock before was kept. */
  readonly forced: boolean;
  /** The lock before, and what was recorded of it; undefined when there was none. */
  readonly before: { readonly lock: Lockfile; readonly record: SolveRecord | undefined } | undefined;
}

/**
 * What to record after a solve. Spack keeps the roots that were solved before, whatever has changed beside them: then what was
 * recorded of those still holds, with the new view. Undefined when that is not known, and nothing may be recorded.
 */
export function recordAfterSolve({ manifest, lock, forced, before }: Solve): SolveRecord | undefined {
  const now = solveRecord(manifest, lock);
  if (forced || before === undefined) return now;
  const kept = new Set(before.lock.roots.map(({ hash }) => hash));
  if (!lock.roots.some(({ hash }) => kept.has(hash))) return now;
  const { record } = before;
  if (record?.lock !== lockIdentity(before.lock)) return undefined;
  const of = (parts: Readonly<Record<string, string>>, view: boolean) =>
    Object.entries(parts).filter(([part]) => isViewPart(part) === view);
  const environment = [...of(record.environment, false), ...of(now.environment, true)];
  return {
    ...record,
    lock: now.lock,
    environment: Object.fromEntries(environment.sort(([a], [b]) => (a < b ? -1 : 1))),
  };
}

/** Spack makes the view anew with every concretization. */
export function isViewPart(part: string): boolean {
  return /^view(?::|$)/.test(part);
}

/** All of today's inputs, as solved into `lock`. */
export function solveRecord(manifest: Manifest, lock: Lockfile): SolveRecord {
  const { environment, site, outside } = solveInputs(manifest);
  const values = (inputs: typeof environment) =>
    Object.fromEntries(inputs.map(({ part, value }) => [part, value]));
  return {
    lock: lockIdentity(lock),
    environment: values(environment),
    outside: { site, parts: values(outside) },
  };
}

/** Writes the record beside the lock, only when it changes; throws the file system's error. */
export async function writeSolveRecord(folder: string, record: SolveRecord): Promise<void> {
  const file = solveRecordFile(folder);
  const { lock, environment, outside } = record;
  const document = { format: "sygaldry-solve", version: 1, lock, environment, outside };
  const text = `${JSON.stringify(document, null, 2)}\n`;
  const before = await readFile(file, "utf8").catch(() => undefined);
  if (before !== text) await writeAtomic(file, text);
}

/**
 * The same for two locks with the same roots, nodes and included environments, whatever their order and layout: Spack writes a lock
 * anew without solving, with its roots in another order.
 */
export function lockIdentity(lock: Lockfile): string {
  const roots = (of: Lockfile["roots"]) => of.map(({ hash, spec }) => `${hash} ${spec}`).sort();
  const includes = lock.includes
    .map((include) => JSON.stringify([include.path, ...roots(include.roots)]))
    .sort();
  return sha256(JSON.stringify([roots(lock.roots), [...lock.nodes.keys()].sort(), includes]));
}

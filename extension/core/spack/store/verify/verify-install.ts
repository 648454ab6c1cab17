import type { Stats } from "node:fs";
import { lstat, readdir } from "node:fs/promises";
import path from "node:path";
import { messageOf } from "../../../base/errors.ts";
import { forEachParallel } from "../../../base/parallel.ts";
import { type PathTranslation, samePaths } from "../../../site/paths.ts";
import type { SpecHash } from "../../lockfile/lockfile.ts";
import type { StoreRecord } from "../database.ts";
import { metadataFolder, readMetadata, readMetadataJson } from "../metadata-file.ts";
import { prefixState } from "../prefix.ts";
import { type BuildInfo, parseBuildInfo } from "./build-info.ts";
import { type CompareContext, compareEntry } from "./compare-entry.ts";
import type { ExcuseReason, InstallVerification } from "./damage.ts";
import { type Findings, newFindings } from "./findings.ts";
import { type InstallManifest, parseManifest } from "./manifest.ts";
import { type OwnerRule, ownerRule } from "./owners.ts";
import { relocationOf } from "./relocation.ts";

export interface VerifyOptions {
  /** Today's root of the store, as the site knows it. */
  readonly root: string;
  /** Today's prefix of a hash: the database's, of upstreams too. */
  readonly prefixOf: (hash: SpecHash) => string | undefined;
  readonly paths?: PathTranslation;
  readonly signal?: AbortSignal;
  /** Read a file's content only when its size or time differs from the record. Much faster, and blind to forged times. */
  readonly quick?: boolean;
}

/**
 * Compares an install with the manifest that Spack wrote when it finished it: what `spack verify manifest` should say.
 * Installs from a build cache are judged by what their tarball and relocation keep. Externals and what is not
 * installed are skipped. Throws nothing but what `signal` throws.
 */
export async function verifyInstall(
  record: StoreRecord,
  options: VerifyOptions,
): Promise<InstallVerification> {
  const findings = newFindings(record);
  if (record.prefix === undefined || record.external || !record.installed) return findings.verdict("skipped");
  const paths = options.paths ?? samePaths;
  const prefix = { site: record.prefix, local: paths.local(record.prefix) };
  const there = await prefixState(record.prefix, paths);
  if (there.state === "missing") {
    return findings
      .damage("prefix-missing", "", "the database says installed, and there is no folder")
      .verdict();
  }
  if (there.state === "unknown") return findings.leave("", there.why).verdict();
  const manifest = await loadManifest(prefix.local, options.signal, findings);
  if (manifest === undefined) return findings.verdict();
  const info = await loadBuildInfo(prefix.local, options.signal, findings);
  await compareTree(prefix.local, manifest, info, options, findings);
  return findings.verdict();
}

/**
 * Verifies several installs, some at a time. `onVerified` is called as each is done; the result has their order.
 */
export async function verifyInstalls(
  records: readonly StoreRecord[],
  options: VerifyOptions,
  onVerified: (verification: InstallVerification) => void = () => {},
): Promise<readonly InstallVerification[]> {
  const done = new Map<StoreRecord, InstallVerification>();
  await forEachParallel(records, 3, async (record) => {
    const verification = await verifyInstall(record, options);
    done.set(record, verification);
    onVerified(verification);
  });
  return records.flatMap((record) => done.get(record) ?? []);
}

async function loadManifest(
  prefix: string,
  signal: AbortSignal | undefined,
  findings: Findings,
): Promise<InstallManifest | undefined> {
  const name = `${metadataFolder}/install_manifest.json`;
  const read = await readMetadata(prefix, "install_manifest.json", signal);
  if (read.state === "absent")
    findings.damage("manifest-missing", name, "there is no record to compare with");
  if (read.state === "unreadable") findings.leave(name, read.why);
  if (read.state !== "read") return undefined;
  const json = await readMetadataJson(prefix, "install_manifest.json", signal);
  const manifest = json?.known === true ? parseManifest(json.value) : undefined;
  if (manifest === undefined)
    findings.damage("manifest-damaged", name, "it is not a manifest that Spack wrote");
  return manifest;
}

async function loadBuildInfo(
  prefix: string,
  signal: AbortSignal | undefined,
  findings: Findings,
): Promise<BuildInfo | "source" | "unknown"> {
  const read = await readMetadata(prefix, "binary_distribution", signal);
  if (read.state === "absent") return "source";
  const info = read.state === "read" ? parseBuildInfo(read.text) : undefined;
  if (info !== undefined) return info;
  const why = read.state === "unreadable" ? read.why : "it does not say what was relocated";
  findings.leave(`${metadataFolder}/binary_distribution`, why);
  return "unknown";
}

async function compareTree(
  prefix: string,
  manifest: InstallManifest,
  info: BuildInfo | "source" | "unknown",
  options: VerifyOptions,
  findings: Findings,
): Promise<void> {
  const relocation =
    typeof info === "string" ? undefined : relocationOf(info, options.root, options.prefixOf);
  const context: CompareContext = { relocation, cached: info !== "source", quick: options.quick ?? false };
  const tree = await listTree(prefix, options.signal, findings);
  const owners = ownerRule(manifest, tree, context.cached);
  await forEachParallel(tree, 8, async ([name, stats]) => {
    options.signal?.throwIfAborted();
    await examine(name, stats, prefix, manifest, context, owners, findings);
  });
  for (const [name, entry] of manifest.entries) {
    if (tree.has(name) || findings.leftOut(name)) continue;
    // Tarballs hold files, folders and links only.
    const kept = [0o100000, 0o040000, 0o120000].includes(entry.mode & 0o170000);
    if (buildLogs.test(name)) findings.excuse("log removed", name);
    else if (kept || !context.cached) findings.damage("deleted", name, "recorded, and not there");
  }
  if (owners.renumbered) findings.excuse("owner renumbered", "");
}

async function examine(
  name: string,
  stats: Stats,
  prefix: string,
  manifest: InstallManifest,
  context: CompareContext,
  owners: OwnerRule,
  findings: Findings,
): Promise<void> {
  if (unrecorded.has(name)) return;
  const entry = manifest.entries.get(name);
  if (entry === undefined) {
    const excuse = addedExcuse(name, context.cached);
    if (excuse === undefined) findings.damage("added", name, "not recorded");
    else findings.excuse(excuse, name);
    return;
  }
  try {
    const file = path.join(prefix, name);
    const { damages, excuse } = await compareEntry({ name, file, entry, stats }, context);
    findings.compared();
    for (const { kind, detail } of damages) findings.damage(kind, name, detail);
    if (excuse !== undefined) findings.excuse(excuse, name);
    const owner = owners.wrong(entry, stats);
    if (owner !== undefined) findings.damage("owner", name, owner);
  } catch (error) {
    findings.leave(name, `it cannot be read: ${messageOf(error)}`);
  }
}

/** A manifest cannot hold its own hash, and Spack rewrites the times after it. */
const unrecorded = new Set([
  `${metadataFolder}/install_manifest.json`,
  `${metadataFolder}/install_times.json`,
]);

/** What Spack keeps of a build for people to read; nothing needs it. */
const buildLogs =
  /^\.spack\/(?:spack-build-(?:out|env|\d\d-.*-out)\.txt(?:\.gz)?|spack-configure-args\.txt|build\.(?:out|env|txt)|archived-files(?:\/.*)?|install-time-test-log\.txt)$/;

function addedExcuse(name: string, cached: boolean): ExcuseReason | undefined {
  if (cached && name === `${metadataFolder}/binary_distribution`) return "written by spack";
  // `spack deprecate` keeps the specs of what it replaced beside those of what replaces it.
  if (name === `${metadataFolder}/deprecated` || name.startsWith(`${metadataFolder}/deprecated/`)) {
    return "written by spack";
  }
  return /(?:^|\/)__pycache__(?:\/[^/]+\.pyc)?$/.test(name) ? "python bytecode" : undefined;
}

/** Everything below and including `prefix` by relative path, links not followed. */
async function listTree(
  prefix: string,
  signal: AbortSignal | undefined,
  findings: Findings,
): Promise<ReadonlyMap<string, Stats>> {
  const tree = new Map<string, Stats>();
  const visit = async (name: string) => {
    signal?.throwIfAborted();
    try {
      const stats = await lstat(path.join(prefix, name));
      tree.set(name, stats);
      if (!stats.isDirectory() && name !== "") return;
      const children = await readdir(path.join(prefix, name));
      await Promise.all(children.map((child) => visit(name === "" ? child : `${name}/${child}`)));
    } catch (error) {
      signal?.throwIfAborted();
      findings.leave(name, `it cannot be examined: ${messageOf(error)}`);
    }
  };
  await visit("");
  return tree;
}

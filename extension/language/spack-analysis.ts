import path from "node:path";
import { isCancellation, SygaldryError } from "../core/base/errors.ts";
import { readDrift } from "../core/spack/drift/drift.ts";
import { lockedRoots } from "../core/spack/drift/locked-roots.ts";
import type { Drift } from "../core/spack/drift/reasons.ts";
import type { LockNode } from "../core/spack/lockfile/lockfile.ts";
import type { LoadedLock } from "../core/spack/lockfile/read-lockfile.ts";
import { checkConfigFile } from "../core/spack/manifest/check-config.ts";
import {
  type ConfigSource,
  parseConfigLeniently,
  type YamlMistake,
} from "../core/spack/manifest/config-source.ts";
import { type ConfigEntry, entryOf } from "../core/spack/manifest/config-value.ts";
import { expandUserSpecs, type UserSpec } from "../core/spack/manifest/expand.ts";
import { type Manifest, manifestOf } from "../core/spack/manifest/manifest.ts";
import type { ManifestProblem } from "../core/spack/manifest/problems.ts";
import { scalarPlaces } from "../core/spack/manifest/scalar-places.ts";
import { type WrittenSpec, writtenSpecs } from "../core/spack/manifest/spec-texts.ts";
import { parseOptions, ToolchainError } from "../core/spack/manifest/toolchains.ts";
import { type ParseOptions, parseSpecParts } from "../core/spack/spec/parse-spec.ts";
import type { ParsedSpec } from "../core/spack/spec/spec-parts.ts";
import type { LanguageDocument } from "./documents.ts";
import type { Environments, KnownEnvironment } from "./environments.ts";

/** A spec of the document with the place of each of its parts. */
export interface DocumentSpec extends WrittenSpec {
  /** Undefined for what is no valid spec. */
  readonly parsed: ParsedSpec | undefined;
  /** Offset in the document for each unit of the text, and for its end. */
  readonly places: readonly number[];
}

/** What a document of Spack's configuration says, and how that stands to lock and store. */
export interface SpackAnalysis {
  readonly document: LanguageDocument;
  readonly source: ConfigSource;
  readonly mistakes: readonly YamlMistake[];
  /** The sections of the file: below `spack` in a manifest. */
  readonly sections: readonly ConfigEntry[];
  readonly specs: readonly DocumentSpec[];
  readonly problems: readonly ManifestProblem[];
  readonly known: KnownEnvironment;
  /** Set for manifests that are YAML. */
  readonly manifest: ManifestAnalysis | undefined;
}

export interface ManifestAnalysis {
  readonly manifest: Manifest;
  readonly userSpecs: readonly UserSpec[];
  readonly lock: LoadedLock | undefined;
  readonly drift: Drift | undefined;
  /** What the user specs that are written out were solved to, by where they stand. */
  readonly rootsByOffset: ReadonlyMap<number, LockNode>;
}

/** Never throws for what the files hold; throws what `signal` makes it. */
export async function analyseSpack(
  document: LanguageDocument,
  environments: Environments,
  signal?: AbortSignal,
): Promise<SpackAnalysis> {
  const { source, mistakes } = parseConfigLeniently(document.file, document.text);
  const known = await environments.of(path.dirname(document.file));
  const top = document.kind === "manifest" ? entryOf(source.root, "spack")?.value : source.root;
  const sections = top?.kind === "map" ? top.entries : [];
  const base = { document, source, mistakes, sections, known };
  if (document.kind !== "manifest" || mistakes.length > 0) {
    const problems = document.kind === "manifest" ? [] : checkConfigFile(source);
    return { ...base, specs: specsOf(sections, source, {}), problems, manifest: undefined };
  }
  const { context } = known.site;
  const options = { context, ...(signal && { signal }) };
  const manifest = await manifestOf(source, options);
  const { specs: userSpecs, problems } = expandUserSpecs(manifest, context);
  const { lock } = known.environment;
  const drift = await quietly(() => readDrift(manifest, lock?.lock, options));
  const locked = lock === undefined ? [] : lockedRoots(userSpecs, lock.lock, manifest, context);
  const direct = [...locked].filter(([{ via }]) => via.length === 0);
  const rootsByOffset = new Map(direct.map(([{ origin }, node]) => [origin.offset, node]));
  return {
    ...base,
    specs: specsOf(sections, source, parseOptions(manifest.toolchains, context)),
    problems: [...manifest.problems, ...problems],
    manifest: { manifest, userSpecs, lock, drift, rootsByOffset },
  };
}

function specsOf(
  sections: readonly ConfigEntry[],
  source: ConfigSource,
  options: ParseOptions,
): readonly DocumentSpec[] {
  return writtenSpecs(sections)
    .filter(({ at }) => at.file === source.file)
    .map((written) => ({
      ...written,
      parsed: parsedOf(written.text, options),
      places: scalarPlaces(source.text, written.at.offset, written.at.length, written.text),
    }));
}

function parsedOf(text: string, options: ParseOptions): ParsedSpec | undefined {
  try {
    return parseSpecParts(text, options);
  } catch (error) {
    if (error instanceof SygaldryError || error instanceof ToolchainError) return undefined;
    throw error;
  }
}

async function quietly<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (isCancellation(error) || !(error instanceof SygaldryError)) throw error;
    return undefined;
  }
}

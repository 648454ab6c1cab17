import { stripSpace } from "./quoting.ts";
import { SpecValueError } from "./spec-errors.ts";

/**
 * A part of a version between separators: a number (bigint), a word (string), or one of the names that count as newer than
 * every number (its rank, a JavaScript number: stable 0 … develop 6).
 */
type VersionPart = bigint | string | number;

/** One version as Spack orders them (lib/spack/spack/version of Spack 1.1): `1.2`, `develop`, `2.0-rc1`. */
export interface StandardVersion {
  readonly kind: "version";
  /** As it was written (line breaks and tabs around it too, which Spack keeps); empty when it was computed. */
  readonly text: string;
  readonly release: readonly VersionPart[];
  /** alpha 0, beta 1, rc 2, final 3. */
  readonly stage: number;
  /** The number after alpha, beta or rc. */
  readonly stageNumber: bigint | undefined;
  /** What stands after each part that was written, those of the stage included. */
  readonly separators: readonly string[];
}

/** Ascending; each is newer than all numbers. */
const infinityNames = ["stable", "nightly", "trunk", "head", "master", "main", "develop"];
const stages = ["alpha", "beta", "rc"];
const final = 3;
/** Python refuses longer ones, and with them Spack. */
const mostDigits = 4300;

/** Older than every version: the open left end of a range. */
export const oldestVersion: StandardVersion = computed([], 0, undefined, [""]);
/** Newer than every version: the open right end of a range. */
export const newestVersion: StandardVersion = computed([infinityNames.length], final, undefined, [""]);

/** Reads one version. Throws SpecValueError on characters that no version has. */
export function parseStandardVersion(text: string): StandardVersion {
  const bare = stripSpace(text);
  if (bare !== "" && !/^[A-Za-z0-9_.-][=A-Za-z0-9_.-]*$/.test(bare)) {
    throw new SpecValueError(
      `"${bare}" has characters that no version has`,
      "letters, digits, dots, dashes and underscores",
    );
  }
  const segments = [...bare.matchAll(/([0-9]+|[a-zA-Z]+)([_.-]*)/g)].map(([, part = "", separator = ""]) => ({
    part,
    separator,
  }));
  const separators = segments.map(({ separator }) => separator);
  const last = segments.at(-1)?.part ?? "";
  const beforeLast = segments.at(-2)?.part ?? "";
  let stage = stages.indexOf(beforeLast);
  if (segments.length >= 3 && stage >= 0 && isNumber(last)) {
    const release = segments.slice(0, -2).map(({ part }) => versionPart(part));
    return { kind: "version", text, release, stage, stageNumber: numberOf(last), separators };
  }
  stage = stages.indexOf(last);
  const staged = segments.length >= 2 && stage >= 0;
  const release = (staged ? segments.slice(0, -1) : segments).map(({ part }) => versionPart(part));
  return {
    kind: "version",
    text,
    release,
    stage: staged ? stage : final,
    stageNumber: undefined,
    separators,
  };
}

/** Negative, zero or positive as Spack orders the two; separators do not count. */
export function compareVersions(a: StandardVersion, b: StandardVersion): number {
  const length = Math.min(a.release.length, b.release.length);
  for (let at = 0; at < length; at += 1) {
    const order = compareParts(a.release[at] ?? "", b.release[at] ?? "");
    if (order !== 0) return order;
  }
  return (
    a.release.length - b.release.length ||
    a.stage - b.stage ||
    compareStageNumbers(a.stageNumber, b.stageNumber)
  );
}

export function formatStandardVersion(version: StandardVersion): string {
  if (version.text !== "") return version.text;
  const { release, stage, stageNumber, separators } = version;
  const parts = release.slice(0, separators.length).map((part, at) => partText(part) + separators[at]);
  const stageText = stage === final ? "" : (stages[stage] ?? "");
  const numberText = stageNumber === undefined ? "" : `${separators[release.length] ?? ""}${stageNumber}`;
  return parts.join("") + stageText + numberText;
}

/** Equal for equal versions and for no others. */
export function standardVersionKey({ release, stage, stageNumber }: StandardVersion): string {
  const parts = release.map((part) => (typeof part === "number" ? `!${part}` : String(part)));
  return `${parts.join(".")}~${stage}${stageNumber === undefined ? "" : `.${stageNumber}`}`;
}

/** The next version at the same depth (1.2 → 1.3): where the range that starts at `version` and has its prefix ends. */
export function nextVersion(version: StandardVersion): StandardVersion {
  const { release, stage, stageNumber, separators } = version;
  if (stage !== final) {
    return computed(release, stage, stageNumber === undefined ? 0n : stageNumber + 1n, separators);
  }
  const last = release.at(-1);
  if (last === undefined) return computed(["A"], final, undefined, [""]);
  return computed([...release.slice(0, -1), nextPart(last)], final, undefined, separators);
}

/** Undoes `nextVersion`. */
export function previousVersion(version: StandardVersion): StandardVersion {
  const { release, stage, stageNumber, separators } = version;
  if (stage !== final) {
    const number = stageNumber === undefined || stageNumber === 0n ? undefined : stageNumber - 1n;
    return computed(release, stage, number, separators);
  }
  const last = release.at(-1);
  if (last === undefined) return version;
  return computed([...release.slice(0, -1), previousPart(last)], final, undefined, separators);
}

function computed(
  release: readonly VersionPart[],
  stage: number,
  stageNumber: bigint | undefined,
  separators: readonly string[],
): StandardVersion {
  return { kind: "version", text: "", release, stage, stageNumber, separators };
}

function isNumber(part: string): boolean {
  const code = part.charCodeAt(0);
  return code >= 48 && code <= 57;
}

function numberOf(part: string): bigint {
  if (part.length > mostDigits) throw new SpecValueError("a number in a version is too long", "fewer digits");
  return BigInt(part);
}

function versionPart(part: string): VersionPart {
  if (isNumber(part)) return numberOf(part);
  const rank = infinityNames.indexOf(part);
  return rank < 0 ? part : rank;
}

function partText(part: VersionPart): string {
  if (typeof part !== "number") return String(part);
  return part >= infinityNames.length ? "infinity" : (infinityNames.at(part) ?? "");
}

/** Words are older than numbers, numbers older than the infinity names. */
function compareParts(a: VersionPart, b: VersionPart): number {
  if (typeof a === typeof b) return a === b ? 0 : a < b ? -1 : 1;
  return partClass(a) - partClass(b);
}

function partClass(part: VersionPart): number {
  return typeof part === "string" ? 0 : typeof part === "bigint" ? 1 : 2;
}

function compareStageNumbers(a: bigint | undefined, b: bigint | undefined): number {
  if (a === b) return 0;
  if (a === undefined) return -1;
  return b === undefined || a > b ? 1 : -1;
}

function nextPart(part: VersionPart): VersionPart {
  if (typeof part === "bigint") return part + 1n;
  if (typeof part === "number") return part + 1;
  let next = part;
  do next = nextWord(next);
  while (infinityNames.includes(next));
  return next;
}

function previousPart(part: VersionPart): VersionPart {
  if (typeof part === "bigint") return part - 1n;
  if (typeof part === "number") return part - 1;
  let previous = part;
  do previous = previousWord(previous);
  while (infinityNames.includes(previous));
  return previous;
}

/** Words count A … Z a … z in their last letter. */
function nextWord(word: string): string {
  const last = word.at(-1);
  if (last === undefined || last === "z") return `${word}A`;
  return word.slice(0, -1) + (last === "Z" ? "a" : shifted(last, 1));
}

function previousWord(word: string): string {
  const last = word.at(-1);
  if (last === undefined || last === "A") return word.slice(0, -1);
  return word.slice(0, -1) + (last === "a" ? "Z" : shifted(last, -1));
}

function shifted(letter: string, by: number): string {
  return String.fromCharCode(letter.charCodeAt(0) + by);
}

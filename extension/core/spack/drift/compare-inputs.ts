import type { Manifest } from "../manifest/manifest.ts";
import type { DriftReason } from "./reasons.ts";
import { type SolveInput, type SolveInputs, solveInputs } from "./solve-inputs.ts";
import { isViewPart, type SolveRecord } from "./solve-record.ts";

/** What Spack does not notice: the configuration of today against what was written down when `lock` was solved. */
export function compareInputs(
  manifest: Manifest,
  lock: string,
  record: SolveRecord | string | undefined,
): readonly DriftReason[] {
  const missing = unusable(lock, record);
  if (missing !== undefined) return [missing];
  if (record === undefined || typeof record === "string") return [];
  const now = solveInputs(manifest);
  return [...compareEnvironment(now.environment, record), ...compareOutside(now, record)];
}

function unusable(lock: string, record: SolveRecord | string | undefined): DriftReason | undefined {
  const after = "the next `sygaldry spack concretize --force` writes that down";
  const reason = (text: string): DriftReason => ({
    kind: "no-record",
    effect: "unknown",
    seenBySpack: false,
    part: "spack.lock.sygaldry.json",
    text,
    at: undefined,
  });
  if (record === undefined) {
    return reason(
      `It is not recorded with which packages, concretizer and other settings the lock was solved; ${after}.`,
    );
  }
  if (typeof record === "string")
    return reason(`The record of what the lock was solved with cannot be read (${record}); ${after}.`);
  if (record.lock === lock) return undefined;
  return reason(`The lock was made by another solve than the one whose settings are recorded; ${after}.`);
}

function compareEnvironment(now: readonly SolveInput[], record: SolveRecord): readonly DriftReason[] {
  return changes(now, record.environment).map(({ part, before, after, effect, at }) => ({
    kind: "input",
    effect,
    seenBySpack: false,
    part,
    text: `${part} ${whatHappened(before, after)} since the lock was solved${effect === "view" ? "; only the view depends on it" : ""}.`,
    at,
  }));
}

/** The values are not recorded: they may be of one machine, and the record is committed. */
function compareOutside(now: SolveInputs, { outside }: SolveRecord): readonly DriftReason[] {
  if (outside.site !== now.site) return [];
  return changes(now.outside, outside.parts).map(({ part, before, after, effect }) => {
    const what = after === undefined ? "was taken away" : before === undefined ? "was added" : "changed";
    const text = `${part} ${what} in Spack's configuration outside of the environment since the lock was solved.`;
    return { kind: "outside", effect, seenBySpack: false, part, text, at: undefined };
  });
}

interface Change {
  readonly part: string;
  readonly before: string | undefined;
  readonly after: string | undefined;
  readonly effect: SolveInput["effect"];
  readonly at: SolveInput["at"];
}

function changes(now: readonly SolveInput[], before: Readonly<Record<string, string>>): readonly Change[] {
  const inputs = new Map(now.map((input) => [input.part, input]));
  const parts = [...new Set([...inputs.keys(), ...Object.keys(before)])].sort();
  return parts.flatMap((part) => {
    const input = inputs.get(part);
    const old = Object.hasOwn(before, part) ? before[part] : undefined;
    if (input?.value === old) return [];
    const effect = input?.effect ?? (isViewPart(part) ? "view" : "solve");
    return [{ part, before: old, after: input?.value, effect, at: input?.at }];
  });
}

function whatHappened(before: string | undefined, after: string | undefined): string {
  if (before === undefined) return `was added (${short(after ?? "")})`;
  if (after === undefined) return `was taken away (it was ${short(before)})`;
  return `changed from ${short(before)} to ${short(after)}`;
}

function short(value: string): string {
  return value.length > 80 ? `${value.slice(0, 79)}…` : value;
}

import { coversPackage, type TargetPattern } from "../workspace/pattern.ts";
import {
  type BazelPackage,
  type BazelTarget,
  type BazelWorkspace,
  compareTexts,
  targetLabel,
} from "../workspace/workspace.ts";
import type { QueriedRule, QueryAnswer } from "./answer.ts";

/**
 * A scanned workspace with Bazel's answer over it. Where Bazel could read a package that the pattern means, its answer
 * replaces the guesses; where it could not, guesses that it did not confirm stay.
 */
export function mergeAnswer(
  scanned: BazelWorkspace,
  answer: QueryAnswer,
  pattern: TargetPattern,
): BazelWorkspace {
  const rules = byPackage(answer.rules);
  const packages = scanned.packages.map((known) => {
    if (pattern.repository !== undefined || !coversPackage(pattern, known.label)) return known;
    return mergePackage(known, rules.get(known.label) ?? [], answer.damaged.has(known.label), pattern);
  });
  const scannedLabels = new Set(packages.map(({ label }) => label));
  const added = [...rules].flatMap(([label, found]) =>
    scannedLabels.has(label) ? [] : [answeredPackage(label, found)],
  );
  return {
    root: scanned.root,
    packages: [...packages, ...added].sort((a, b) => compareTexts(a.label, b.label)),
    problems: [...scanned.problems, ...answer.problems],
  };
}

/** Of one target that was asked for, the answer says nothing of the others. */
function mergePackage(
  known: BazelPackage,
  answered: readonly QueriedRule[],
  damaged: boolean,
  pattern: TargetPattern,
): BazelPackage {
  const exact = exactTargets(answered, known);
  const names = new Set(exact.map(({ name }) => name));
  const others = known.targets.filter(({ name }) => !names.has(name));
  const whole = pattern.scope !== "target";
  const kept = damaged
    ? others.map((target) => ({ ...target, certain: false }))
    : others.filter(({ name }) => !whole && name !== pattern.name);
  const targets = [...exact, ...kept].sort(inFile);
  if (damaged || !whole) return { ...known, targets };
  // What Bazel could read has no mistakes, and hides nothing.
  return { ...known, targets, unread: [], problems: [] };
}

function byPackage(rules: readonly QueriedRule[]): ReadonlyMap<string, readonly QueriedRule[]> {
  const found = new Map<string, QueriedRule[]>();
  for (const rule of rules) {
    const others = found.get(rule.package);
    if (others === undefined) found.set(rule.package, [rule]);
    else others.push(rule);
  }
  return found;
}

/** One that the scan did not see: of another repository, or made meanwhile. */
function answeredPackage(label: string, rules: readonly QueriedRule[]): BazelPackage {
  const file = rules.find(({ at }) => at !== undefined)?.at?.file;
  const empty = { label, file, targets: [], unread: [], problems: [], defaultVisibility: undefined };
  return { ...empty, targets: [...exactTargets(rules, empty)].sort(inFile) };
}

/** Bazel's column is that of the bracket after the rule's name, so that the text's own place is better. */
function exactTargets(rules: readonly QueriedRule[], known: BazelPackage): readonly BazelTarget[] {
  const scanned = new Map(known.targets.map((target) => [target.name, target]));
  const calls = new Map(known.unread.map((call) => [call.line, call]));
  return rules.map(({ name, kind, at }) => {
    const here = at?.file === known.file ? at : undefined;
    const call = here === undefined ? undefined : calls.get(here.line);
    const { line, column } = scanned.get(name) ?? call ?? here ?? { line: undefined, column: undefined };
    return { label: targetLabel(known.label, name), name, kind, line, column, certain: true };
  });
}

function inFile(a: BazelTarget, b: BazelTarget): number {
  return (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0) || compareTexts(a.name, b.name);
}

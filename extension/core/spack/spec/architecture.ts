import { extendsTarget, isKnownTarget, targetFamily } from "./microarchitectures.ts";

/** Platform, operating system and processor; each may be left open. */
export interface Architecture {
  readonly platform: string | undefined;
  readonly os: string | undefined;
  /** One name, or ranges and names: `x86_64:zen3,neoverse_n1`; `*` for any. */
  readonly target: string | undefined;
}

/** Whether `target` names one processor. */
export function isOneTarget(target: string | undefined): boolean {
  return target !== undefined && !target.includes(":") && !target.includes(",");
}

/** Equal for architectures that Spack holds equal, and for no others. */
export function architectureKey(architecture: Architecture | undefined): string {
  if (architecture === undefined) return "";
  const { platform, os, target } = architecture;
  return JSON.stringify([platform ?? null, os ?? null, target ?? null]);
}

/** Whether all that `a` allows is allowed by `b`. */
export function architectureSatisfies(a: Architecture, b: Architecture): boolean {
  for (const part of ["platform", "os"] as const) {
    // Spack asks no further when the platform or the system may be any.
    if (a[part] && b[part] === "*") return true;
    if (b[part] && a[part] !== b[part]) return false;
  }
  if (b.target === undefined) return true;
  if (a.target === undefined) return false;
  return b.target === "*" || targetIntersection(a.target, b.target).length > 0;
}

/** Whether some machine meets both. */
export function architecturesIntersect(a: Architecture, b: Architecture): boolean {
  for (const part of ["platform", "os"] as const) if (a[part] && b[part] && a[part] !== b[part]) return false;
  return targetsIntersect(a.target, b.target);
}

/** What meets both; undefined when nothing does. */
export function constrainArchitecture(a: Architecture, b: Architecture): Architecture | undefined {
  // To Spack * meets a range only from the right, and it asks both ways.
  if (!architecturesIntersect(a, b) || !architecturesIntersect(b, a)) return undefined;
  return {
    platform: a.platform ?? b.platform,
    os: a.os ?? b.os,
    target: constrainTarget(a.target, b.target),
  };
}

function constrainTarget(a: string | undefined, b: string | undefined): string | undefined {
  if ((a === undefined && b === undefined) || isOneTarget(a)) return a;
  if (isOneTarget(b)) return b;
  // Spack 1.1 loses a range or a list that only one of the two has, and so must whoever predicts what it does.
  return a === undefined || b === undefined ? "" : targetIntersection(a, b).join(",");
}

function targetsIntersect(a: string | undefined, b: string | undefined): boolean {
  if (a === undefined || b === undefined || b === "*") return true;
  return targetIntersection(a, b).length > 0;
}

/** What is in both lists of targets and target ranges. */
function targetIntersection(a: string, b: string): readonly string[] {
  const right = b.split(",").map(targetRange);
  return a
    .split(",")
    .map(targetRange)
    .flatMap((x) => right.flatMap((y) => rangeIntersection(x, y) ?? []));
}

interface TargetRange {
  readonly low: string;
  readonly high: string;
  /** One name and no colon. */
  readonly single: boolean;
}

function targetRange(text: string): TargetRange {
  const colon = text.indexOf(":");
  if (colon < 0) return { low: text, high: "", single: true };
  return { low: text.slice(0, colon), high: text.slice(colon + 1), single: false };
}

function rangeIntersection(a: TargetRange, b: TargetRange): string | undefined {
  if (a.single && b.single) return a.low === b.low ? a.low : undefined;
  if (a.single) return isInRange(a.low, b) ? a.low : undefined;
  if (b.single) return isInRange(b.low, a) ? b.low : undefined;
  const high = boundary(a.high, b.high, (x, y) => extendsTarget(y, x));
  const low = boundary(a.low, b.low, extendsTarget);
  if (high === undefined || low === undefined) return undefined;
  if (low === "" && high === "") return undefined;
  if (low === "" || high === "") return `${low}:${high}`;
  if (targetFamily(low) !== targetFamily(high) || !extendsTarget(high, low)) return undefined;
  return low === high ? low : `${low}:${high}`;
}

/** The tighter of two ends; empty for none, undefined when neither is tighter than the other. */
function boundary(a: string, b: string, tighter: (a: string, b: string) => boolean): string | undefined {
  if (a === "" || b === "") return a || b;
  if (targetFamily(a) !== targetFamily(b)) return undefined;
  return tighter(a, b) ? a : tighter(b, a) ? b : undefined;
}

function isInRange(name: string, { low, high }: TargetRange): boolean {
  const above = low === "" || (isKnownTarget(low) && extendsTarget(name, low));
  return above && (high === "" || (isKnownTarget(high) && extendsTarget(high, name)));
}

import { isSpace, quoteIfNeeded } from "./quoting.ts";
import { compareText } from "./text-order.ts";

/** Compiler flags by kind (`cflags`, `ldflags` …), in the order in which the compiler gets them. */
export type Flags = ReadonlyMap<string, readonly Flag[]>;

export interface Flag {
  /** One flag with its value, if that stands apart: `-O2`, `-arch sm_90`. */
  readonly text: string;
  /** Written with `==`: for the dependencies too. */
  readonly propagate: boolean;
}

const kinds = new Set(["cflags", "cxxflags", "fflags", "ldflags", "ldlibs", "cppflags"]);

export function isFlagKind(name: string): boolean {
  return kinds.has(name);
}

/** The flags of `cflags="-O2 -arch sm_90"`; a word without a dash belongs to the flag before it. */
export function parseFlags(value: string, propagate: boolean): readonly Flag[] {
  const flags: string[] = [];
  for (const word of words(value)) {
    const last = flags.at(-1);
    if (last === undefined || word.startsWith("-")) flags.push(word);
    else flags[flags.length - 1] = `${last} ${word}`;
  }
  return flags.map((text) => ({ text, propagate }));
}

/** As in a spec, with a space before and (Spack's own custom) after. */
export function formatFlags(flags: Flags): string {
  const parts: string[] = [];
  for (const [kind, list] of ordered(flags)) {
    const plain = list.filter(({ propagate }) => !propagate);
    const propagated = list.filter(({ propagate }) => propagate);
    if (plain.length > 0) parts.push(` ${kind}=${joined(plain)}`);
    if (propagated.length > 0) parts.push(` ${kind}==${joined(propagated)}`);
  }
  return parts.length === 0 ? "" : `${parts.join("")} `;
}

/** Equal for flags that Spack holds equal, and for no others. */
export function flagsKey(flags: Flags): string {
  if (flags.size === 0) return "";
  return JSON.stringify(
    ordered(flags).map(([kind, list]) => [kind, list.map((flag) => [flag.text, flag.propagate])]),
  );
}

/** Whether all flags of `b` are among those of `a`. */
export function flagsSatisfy(a: Flags, b: Flags): boolean {
  for (const [kind, list] of b) {
    const there = a.get(kind);
    if (there === undefined || !list.every(({ text }) => there.some((flag) => flag.text === text)))
      return false;
  }
  return true;
}

/** The flags of both; those of `b` that are new come last. What one of the two does not propagate is not propagated. */
export function constrainFlags(a: Flags, b: Flags): Flags {
  if (b.size === 0) return a;
  const result = new Map(a);
  for (const [kind, list] of b) result.set(kind, merged(a.get(kind), list));
  return result;
}

function merged(a: readonly Flag[] | undefined, b: readonly Flag[]): readonly Flag[] {
  if (a === undefined) return b;
  const inA = new Set(a.map(({ text }) => text));
  const firstInB = new Map<string, Flag>();
  for (const flag of b) if (!firstInB.has(flag.text)) firstInB.set(flag.text, flag);
  const kept = a.map((flag, at) => {
    const other = firstInB.get(flag.text);
    const first = a.findIndex(({ text }) => text === flag.text) === at;
    return first && flag.propagate && other?.propagate === false ? { ...flag, propagate: false } : flag;
  });
  return [...kept, ...b.filter(({ text }) => !inA.has(text))];
}

function words(value: string): readonly string[] {
  const found: string[] = [];
  let start = -1;
  for (let at = 0; at <= value.length; at += 1) {
    const inside = at < value.length && !isSpace(value.charCodeAt(at));
    if (inside && start < 0) start = at;
    if (!inside && start >= 0) {
      found.push(value.slice(start, at));
      start = -1;
    }
  }
  return found;
}

function ordered(flags: Flags): readonly (readonly [string, readonly Flag[]])[] {
  return [...flags].sort(([a], [b]) => compareText(a, b));
}

function joined(flags: readonly Flag[]): string {
  return quoteIfNeeded(flags.map(({ text }) => text).join(" "));
}

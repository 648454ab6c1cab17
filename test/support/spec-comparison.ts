import { constrain } from "../../extension/core/spack/spec/constrain.ts";
import { formatSpec } from "../../extension/core/spack/spec/format-spec.ts";
import { intersects } from "../../extension/core/spack/spec/intersects.ts";
import { nodeSpec } from "../../extension/core/spack/spec/node-spec.ts";
import { parseSpec, parseSpecs } from "../../extension/core/spack/spec/parse-spec.ts";
import { sameSpec, specKey } from "../../extension/core/spack/spec/same-spec.ts";
import { satisfies } from "../../extension/core/spack/spec/satisfies.ts";
import { SpecSyntaxError, UnsatisfiableSpecError } from "../../extension/core/spack/spec/spec-errors.ts";
import { fixtureLock } from "./spack-fixtures.ts";
import type { NodeVerdict, Outcome, PairVerdict, SpecVerdict, SpecVerdicts } from "./spack-verdicts.ts";

/** How many verdicts were compared, which disagree, and how many Spack did not give because it fell over. */
export interface Comparison {
  readonly compared: number;
  readonly disagreements: readonly string[];
  readonly withoutVerdict: number;
}

/** Compares what we say with what Spack said. */
export function compareWithSpack(verdicts: SpecVerdicts): Comparison {
  const { host } = verdicts;
  const outcomes = [
    ...verdicts.specs.flatMap((verdict) => specOutcomes(verdict, host)),
    ...verdicts.pairs.flatMap((verdict) => pairOutcomes(verdict, host)),
    ...nodeOutcomes(verdicts.nodes),
  ];
  const judged = outcomes.filter((outcome) => !fellOver(outcome));
  return {
    compared: judged.length,
    disagreements: judged.filter(({ theirs, ours }) => shown(theirs) !== shown(ours)).map(report),
    withoutVerdict: outcomes.length - judged.length,
  };
}

interface Judged {
  readonly what: string;
  readonly theirs: Outcome<unknown>;
  readonly ours: Outcome<unknown>;
  /** Whether Spack may fall over where we have an answer. */
  readonly mayFall: boolean;
}

type Host = SpecVerdicts["host"];

function specOutcomes({ text, one, all }: SpecVerdict, host: Host): readonly Judged[] {
  const name = JSON.stringify(text);
  const ours = outcome(() => formatSpec(parseSpec(text, { host })));
  const allOurs = outcome(() => parseSpecs(text, { host }).map(formatSpec));
  return [
    { what: `one ${name}`, theirs: one, ours, mayFall: false },
    { what: `all ${name}`, theirs: all, ours: allOurs, mayFall: false },
  ];
}

function pairOutcomes(verdict: PairVerdict, host: Host): readonly Judged[] {
  const judge = (
    kind: "equal" | "satisfies" | "intersects" | "constrained",
    ours: () => unknown,
  ): Judged => ({
    what: `${kind} ${JSON.stringify([verdict.a, verdict.b])}`,
    theirs: verdict[kind],
    ours: outcome(ours),
    mayFall: true,
  });
  const a = () => parseSpec(verdict.a, { host });
  const b = () => parseSpec(verdict.b, { host });
  return [
    judge("equal", () => bothEqual(a(), b())),
    judge("satisfies", () => satisfies(a(), b())),
    judge("intersects", () => intersects(a(), b())),
    judge("constrained", () => formatSpec(constrain(a(), b()))),
  ];
}

/** The two ways to ask must agree. */
function bothEqual(...[a, b]: Parameters<typeof sameSpec>): boolean {
  const same = sameSpec(a, b);
  if (same !== (specKey(a) === specKey(b))) throw new TypeError("sameSpec and specKey disagree");
  return same;
}

function nodeOutcomes(verdicts: readonly NodeVerdict[]): readonly Judged[] {
  const locks = new Map(
    [...new Set(verdicts.map(({ lock }) => lock))].map((name) => [name, fixtureLock(name).lock]),
  );
  return verdicts.map(({ lock: name, query, hashes }) => ({
    what: `in ${name} ${JSON.stringify(query)}`,
    theirs: hashes,
    ours: outcome(() => {
      const lock = locks.get(name);
      const constraint = parseSpec(query);
      const found = [...(lock?.nodes.values() ?? [])].filter(
        (node) => lock && satisfies(nodeSpec(node, lock), constraint),
      );
      return found.map(({ hash }) => hash.slice(0, 7)).sort();
    }),
    mayFall: true,
  }));
}

function outcome<T>(action: () => T): Outcome<T> {
  try {
    return { value: action() };
  } catch (error) {
    if (!(error instanceof SpecSyntaxError || error instanceof UnsatisfiableSpecError)) throw error;
    return { error: `${error.name}: ${error.message}` };
  }
}

/**
 * Whether Spack has no answer, where we have one: it asks repositories about git references (VersionLookupError), cannot order
 * propagated edges (TypeError), goes round in `gcc %gcc` (RecursionError), and knows no order of processors that it does not
 * know (ValueError).
 */
function fellOver({ theirs, ours, mayFall }: Judged): boolean {
  if (theirs.error === "VersionLookupError") return true;
  if (!mayFall) return false;
  if (theirs.error === "TypeError" || theirs.error === "RecursionError") return true;
  return theirs.error === "ValueError" && !ours.error?.startsWith("SpecSyntaxError");
}

function shown(outcome: Outcome<unknown>): string {
  return outcome.error === undefined ? JSON.stringify(outcome.value) : "an error";
}

function report({ what, theirs, ours }: Judged): string {
  return `${what}: Spack ${theirs.error ?? shown(theirs)}, we ${ours.error ?? shown(ours)}`;
}

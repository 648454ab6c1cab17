import type { Progress, ProgressRecogniser } from "../runner.ts";
import { createEta, type Eta } from "./eta.ts";
import { lineEnds } from "./line-ends.ts";
import { bazelRecogniser } from "./recognisers/bazel.ts";
import { cmakeRecogniser } from "./recognisers/cmake.ts";
import { declaredRecogniser } from "./recognisers/declared.ts";
import { ninjaRecogniser } from "./recognisers/ninja.ts";
import { pipRecogniser } from "./recognisers/pip.ts";
import { pytestRecogniser } from "./recognisers/pytest.ts";
import { spackRecogniser } from "./recognisers/spack.ts";
import { tqdmRecogniser } from "./recognisers/tqdm.ts";
import { uvRecogniser } from "./recognisers/uv.ts";
import type { ProgressSource, Recogniser, Sighting } from "./sighting.ts";
import { createTurns } from "./turns.ts";

/** Progress with where it comes from. */
export interface RecognisedProgress extends Progress {
  readonly source: ProgressSource;
  /**
   * Counts, from 1, the parts of the work that have a percentage of their own. Within a step `percent` never falls; when
   * a tool starts over, finds far more work than it knew of, or another tool has its turn, the next step begins.
   */
  readonly step: number;
}

export interface ProgressReader extends ProgressRecogniser {
  /**
   * Takes the next line of the job's output, of any length and content, with or without its end; `at` is the time in
   * milliseconds. Undefined when it says nothing about progress. The cost does not depend on the lines before it.
   */
  feed(line: string, stream: "stdout" | "stderr", at?: number): RecognisedProgress | undefined;
}

/** Finds progress in the output of one attempt; the rules are told in docs/guide/jobs-progress.md. */
export function createProgressReader(): ProgressReader {
  const recognise = createRecognisers();
  const turns = createTurns();
  let step = 0;
  let state: Step | undefined;
  return {
    feed(line, _stream, at = performance.now()) {
      const found = recognise(line);
      if (found === undefined) return undefined;
      const turn = turns.take(found.source, found.seen, at);
      if (turn === "not now") return undefined;
      if (state === undefined || turn === "next" || startsOver(state, found.seen)) {
        step += 1;
        state = { source: found.source, eta: createEta(), fraction: undefined, seen: found.seen };
      }
      state = advance(state, found.seen);
      return progressOf(state, step, at);
    },
  };
}

/** What is known of the step that runs. */
interface Step {
  readonly source: ProgressSource;
  readonly eta: Eta;
  /** The largest yet. */
  readonly fraction: number | undefined;
  /** The last, completed with what those before it said. */
  readonly seen: Sighting;
}

function createRecognisers(): (
  line: string,
) => { readonly source: ProgressSource; readonly seen: Sighting } | undefined {
  const recognisers: readonly (readonly [ProgressSource, Recogniser])[] = [
    ["job", declaredRecogniser()],
    ["spack", spackRecogniser()],
    ["bazel", bazelRecogniser()],
    ["ninja", ninjaRecogniser()],
    ["cmake", cmakeRecogniser()],
    ["tqdm", tqdmRecogniser()],
    ["pytest", pytestRecogniser()],
    ["uv", uvRecogniser()],
    ["pip", pipRecogniser()],
  ];
  return (line) => {
    const ends = lineEnds(line);
    for (const [source, recognise] of recognisers) {
      const seen = recognise(ends);
      if (seen !== undefined) return { source, seen };
    }
    return undefined;
  };
}

/** Whether a sighting cannot belong to the step: the work began anew, or is of quite another size than it seemed. */
function startsOver(step: Step, seen: Sighting): boolean {
  if (seen.fresh) return true;
  const before = step.fraction;
  if (before === undefined || seen.fraction === undefined) return false;
  if (before >= 1) return seen.fraction < 1;
  const { done, total } = step.seen;
  const fell = seen.done !== undefined && done !== undefined && seen.done < done;
  return (fell && seen.total !== total) || (seen.fraction < before / 2 && before - seen.fraction > 0.05);
}

function advance(step: Step, seen: Sighting): Step {
  const fraction = seen.fraction === undefined ? step.fraction : Math.max(step.fraction ?? 0, seen.fraction);
  const { done, total, phase } = step.seen;
  const merged = { ...seen, done: seen.done ?? done, total: seen.total ?? total, phase: seen.phase ?? phase };
  return { ...step, fraction, seen: merged };
}

function progressOf({ source, eta, fraction, seen }: Step, step: number, at: number): RecognisedProgress {
  const own = seen.fraction === undefined ? undefined : eta.see(seen.fraction, at);
  const left = seen.eta ?? own;
  return {
    ...{ source, step },
    // Rounded down: only what is through says 100.
    ...(fraction === undefined ? {} : { percent: Math.floor(fraction * 1000 + 1e-9) / 10 }),
    ...(seen.done === undefined ? {} : { done: seen.done }),
    ...(seen.total === undefined ? {} : { total: seen.total }),
    ...(seen.phase === undefined ? {} : { phase: shown(seen.phase) }),
    ...(left === undefined ? {} : { eta: left }),
  };
}

const longestPhase = 80;

/** One short line without control characters, for it goes into status files and onto terminals. */
function shown(phase: string): string {
  const clean = phase.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]+/gu, " ").trim();
  const letters = Array.from(clean);
  return letters.length <= longestPhase ? clean : `${letters.slice(0, longestPhase - 1).join("")}…`;
}

import type { LineEnds } from "./line-ends.ts";

/** Who was recognised; `job` is the job itself, through the line that docs/guide/jobs-progress.md describes. */
export type ProgressSource = "job" | "spack" | "bazel" | "ninja" | "cmake" | "pytest" | "pip" | "uv" | "tqdm";

/** What one line says about how far the work is. */
export interface Sighting {
  /** How much is done, 0 to 1; undefined when the line says only what is going on. */
  readonly fraction: number | undefined;
  readonly done: number | undefined;
  readonly total: number | undefined;
  readonly phase: string | undefined;
  /** Seconds left, as the tool says. */
  readonly eta: number | undefined;
  /** Tells bars of one tool that run at the same time apart. */
  readonly bar: string;
  /** A part of the work that cannot be compared with what was before has begun. */
  readonly fresh: boolean;
  /** The tool is through, or gave up: others may be listened to. */
  readonly ended: boolean;
}

/** Recognises the lines of one tool; may remember what it saw. */
export type Recogniser = (line: LineEnds) => Sighting | undefined;

const nothing: Sighting = {
  ...{ fraction: undefined, done: undefined, total: undefined, phase: undefined, eta: undefined },
  ...{ bar: "", fresh: false, ended: false },
};

export function sighting(seen: Partial<Sighting>): Sighting {
  return { ...nothing, ...seen };
}

/** A count such as `12/345`; undefined where it makes no sense as progress. */
export function countSighting(
  done: number,
  total: number,
  seen: Partial<Sighting> = {},
): Sighting | undefined {
  if (!(total > 0 && done >= 0 && done <= total && Number.isSafeInteger(Math.ceil(total)))) return undefined;
  return sighting({ done, total, fraction: done / total, ...seen });
}

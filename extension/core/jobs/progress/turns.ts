import type { ProgressSource, Sighting } from "./sighting.ts";

/** same: the one who has the turn goes on; next: another has it from now on; not now: not heard while another has it. */
type Turn = "same" | "next" | "not now";

export interface Turns {
  take(source: ProgressSource, seen: Sighting, at: number): Turn;
}

/** Who drives others counts before those whom they drive; what the job itself says counts before all. */
const ranks: Readonly<Record<ProgressSource, number>> = {
  ...{ job: 3, spack: 2, bazel: 2, ninja: 1, cmake: 1, pytest: 1, pip: 1, uv: 1, tqdm: 0 },
};

/** Milliseconds of silence after which another of the same rank may follow. */
const silence = 10_000;

interface Holder {
  readonly source: ProgressSource;
  readonly bar: string;
  readonly at: number;
  /** It has a fraction, so that listening to others would lose something. */
  readonly counts: boolean;
  readonly ended: boolean;
}

interface Rival {
  readonly source: ProgressSource;
  readonly bar: string;
  readonly fraction: number;
  /** How often a rival began since the holder was last heard. */
  readonly starts: number;
}

/** Decides which of several tools whose output is mixed in one job is listened to. */
export function createTurns(): Turns {
  let holder: Holder | undefined;
  let rival: Rival | undefined;
  return {
    take(source, seen, at) {
      const same = holder !== undefined && holder.source === source && holder.bar === seen.bar;
      // What ends a tool does not name a bar, and does not begin a turn.
      const ends = seen.ended && seen.fraction === undefined;
      if (ends && holder?.source !== source) return "not now";
      if (!same && !ends && holder !== undefined) {
        rival = nextRival(rival, source, seen);
        if (!mayFollow(holder, rival, at)) return "not now";
      }
      rival = undefined;
      const bar = ends && holder !== undefined ? holder.bar : seen.bar;
      holder = { source, bar, at, ...standing(same ? holder : undefined, seen) };
      return same || ends ? "same" : "next";
    },
  };
}

function standing(before: Holder | undefined, seen: Sighting): Pick<Holder, "counts" | "ended"> {
  const through = seen.fraction !== undefined && seen.fraction >= 1;
  return {
    counts: seen.fraction !== undefined || (before?.counts ?? false),
    ended: seen.ended || through || ((before?.ended ?? false) && seen.fraction === undefined),
  };
}

function nextRival(before: Rival | undefined, source: ProgressSource, seen: Sighting): Rival {
  const { bar } = seen;
  const fraction = seen.fraction ?? 0;
  const starts = before?.starts ?? 0;
  const goesOn = before?.source === source && before.bar === bar && fraction >= before.fraction;
  return { source, bar, fraction, starts: goesOn ? starts : starts + 1 };
}

function mayFollow(holder: Holder, rival: Rival, at: number): boolean {
  // A job that tells its own progress does so to its end.
  if (holder.source === "job") return false;
  if (ranks[rival.source] > ranks[holder.source] || holder.ended || !holder.counts) return true;
  if (ranks[rival.source] < ranks[holder.source] || at - holder.at < silence) return false;
  return rival.source !== holder.source || rival.starts > 1;
}

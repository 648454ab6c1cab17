export interface Eta {
  /** Seconds left, told that at `at` (milliseconds) `fraction` was done; undefined until there is something to judge by. */
  see(fraction: number, at: number): number | undefined;
}

/** Sightings closer together than this many seconds count as one. */
const grain = 1;

/** The rate of the last so many seconds counts most; of a long run, of its last fifth. */
const shortestMemory = 20;

/**
 * Estimates the end of something from how its fraction grew: by a mean of the rates, which forgets exponentially, so that
 * an uneven start does not count for ever and a single quick or slow item does not make the estimate jump.
 */
export function createEta(): Eta {
  let start: { readonly fraction: number; readonly at: number } | undefined;
  let last = { fraction: 0, at: 0 };
  let sum = 0;
  let weight = 0;
  return {
    see(fraction, at) {
      if (start === undefined || at < last.at) {
        // A clock that was set back: what was measured stays, what comes is measured anew.
        start ??= { fraction, at };
        last = { fraction, at };
      }
      const seconds = (at - last.at) / 1000;
      if (seconds >= grain) {
        const memory = Math.max(shortestMemory, (at - start.at) / 5000);
        const keep = Math.exp(-seconds / memory);
        sum = sum * keep + ((fraction - last.fraction) / seconds) * (1 - keep);
        weight = weight * keep + (1 - keep);
        last = { fraction, at };
      }
      if (fraction >= 1) return 0;
      return sum > 0 ? Math.round((1 - fraction) / (sum / weight)) : undefined;
    },
  };
}

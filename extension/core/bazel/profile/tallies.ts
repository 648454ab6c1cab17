import type { ProfiledAction, Spent } from "./profile.ts";

/** Counts and times by name. */
export function tallies() {
  const found = new Map<string, { count: number; seconds: number }>();
  return {
    add(name: string, seconds: number) {
      const tally = found.get(name) ?? { count: 0, seconds: 0 };
      tally.count += 1;
      tally.seconds += seconds;
      found.set(name, tally);
    },
    list: () => [...found].map(([name, tally]) => ({ name, ...tally })).sort((a, b) => b.seconds - a.seconds),
    of: (matches: (name: string) => boolean): Spent =>
      [...found]
        .filter(([name]) => matches(name))
        .reduce((sum, [, one]) => ({ count: sum.count + one.count, seconds: sum.seconds + one.seconds }), {
          count: 0,
          seconds: 0,
        }),
  };
}

/** The `size` longest of what is offered. */
export function longest(size: number) {
  let kept: ProfiledAction[] = [];
  const order = () => kept.sort((a, b) => b.seconds - a.seconds).slice(0, size);
  return {
    offer(action: ProfiledAction) {
      kept.push(action);
      // Sorted now and then: a profile may have millions.
      if (kept.length > 4 * size + 100) kept = order();
    },
    list: () => order(),
  };
}

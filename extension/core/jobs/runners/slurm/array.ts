import { SygaldryError } from "../../../base/errors.ts";

const most = 100_000;

/**
 * The numbers that `sbatch --array` makes of `0-9`, `1,3,7-9`, `0-20:5`, each also with `%4` (so many at once), in order.
 * Throws SYG-USAGE for anything else.
 */
export function arrayTasks(text: string): readonly number[] {
  const [, parts = ""] = /^([\d,:-]{1,400})(?:%[1-9]\d{0,6})?$/.exec(text) ?? [];
  const tasks = new Set<number>();
  for (const part of parts.split(",")) {
    const [, first, last, step] = /^(\d{1,8})(?:-(\d{1,8})(?::([1-9]\d{0,7}))?)?$/.exec(part) ?? [];
    const end = Number(last ?? first);
    if (first === undefined || end < Number(first)) throw unusable(text);
    for (let task = Number(first); task <= end; task += Number(step ?? 1)) {
      tasks.add(task);
      if (tasks.size > most) throw unusable(text);
    }
  }
  return [...tasks].sort((a, b) => a - b);
}

function unusable(text: string): SygaldryError {
  return new SygaldryError("SYG-USAGE", `${JSON.stringify(text.slice(0, 60))} is no array of tasks`, {
    next: `Give numbers and ranges like 0-9, 1,3,7-9 or 0-20:5, with %4 for four at a time; at most ${most} tasks.`,
  });
}

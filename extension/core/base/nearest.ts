import { closest, distance } from "fastest-levenshtein";

/** The word that `written` was probably meant to be; undefined when none is near enough. */
export function nearest(written: string, words: Iterable<string>): string | undefined {
  const candidates = [...words];
  if (candidates.length === 0) return undefined;
  const found = closest(written, candidates);
  const near = distance(written.toLowerCase(), found.toLowerCase()) <= Math.max(2, written.length / 3);
  return near ? found : undefined;
}

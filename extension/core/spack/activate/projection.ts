import type { EnvironmentChange } from "./changes.ts";

/** The changes with every prefix in their values replaced by its place in the view. */
export function projected(
  changes: readonly EnvironmentChange[],
  places: ReadonlyMap<string, string>,
): readonly EnvironmentChange[] {
  if (places.size === 0) return changes;
  const pattern = anyOf([...places.keys()]);
  return changes.map((change) =>
    "value" in change
      ? { ...change, value: change.value.replace(pattern, (prefix) => places.get(prefix) ?? prefix) }
      : change,
  );
}

/** Matches any of the prefixes. What they have in common stands first: with hundreds of them that is what is fast. */
function anyOf(prefixes: readonly string[]): RegExp {
  const [first = "", ...others] = prefixes;
  let length = first.length;
  for (const other of others) while (!other.startsWith(first.slice(0, length))) length -= 1;
  const rests = prefixes.map((prefix) => escaped(prefix.slice(length)));
  return new RegExp(`${escaped(first.slice(0, length))}(?:${rests.join("|")})`, "g");
}

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

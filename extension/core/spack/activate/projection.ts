import type { EnvironmentChange } from "./changes.ts";

/** The changes with every prefix in their values replaced by its place in the view. */
export function projected(
  changes: readonly EnvironmentChange[],
  places: ReadonlyMap<string, string>,
): readonly EnvironmentChange[] {
  if (places.size === 0) return changes;
  const alternatives = [...places.keys()].map((prefix) => prefix.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  const pattern = new RegExp(alternatives.join("|"), "g");
  return changes.map((change) =>
    "value" in change
      ? { ...change, value: change.value.replace(pattern, (prefix) => places.get(prefix) ?? prefix) }
      : change,
  );
}

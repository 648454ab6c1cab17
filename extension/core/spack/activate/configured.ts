import * as z from "zod";
import type { EnvironmentChange } from "./changes.ts";
import { changeOf } from "./recipe/environment.ts";

const text = z.union([z.string(), z.number()]).transform(String);
const schema = z.partialRecord(
  z.enum(["set", "unset", "prepend_path", "append_path", "remove_path"]),
  z.union([z.array(text), z.record(z.string(), text)]),
);

/**
 * The changes of an `env_vars:` section, or of an external's `environment:`, in the order of the file. Undefined when it
 * is no such section.
 */
export function configuredChanges(section: unknown): readonly EnvironmentChange[] | undefined {
  const parsed = schema.safeParse(section ?? {});
  if (!parsed.success) return undefined;
  return Object.entries(parsed.data).flatMap(([method, given]) => {
    if (given === undefined) return [];
    const pairs = Array.isArray(given) ? given.map((name) => [name]) : Object.entries(given);
    return pairs.map((args) => changeOf(method, args, new Map()));
  });
}

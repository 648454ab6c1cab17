import { readFileSync } from "node:fs";
import { type LoadedLock, parseLockfile } from "../../extension/core/spack/lockfile/read-lockfile.ts";
import { inRepository } from "./paths.ts";

/** A path below test/fixtures/spack. */
export function spackFixture(...parts: readonly string[]): string {
  return inRepository("test/fixtures/spack", ...parts);
}

/** The lock of one of the fixtures' environments. */
export function fixtureLock(environment: string): LoadedLock {
  const file = spackFixture(environment, "spack.lock");
  return parseLockfile(readFileSync(file, "utf8"), file);
}

/** A JSON text with the value at `place` replaced; undefined removes it. */
export function withJsonValue(text: string, place: readonly string[], value: unknown): string {
  const replaced = (at: unknown, [key, ...rest]: readonly string[]): unknown => {
    if (key === undefined) return value;
    if (Array.isArray(at))
      return at.map((item, index) => (String(index) === key ? replaced(item, rest) : item));
    const entries = Object.entries(at as Record<string, unknown>);
    return Object.fromEntries(
      (entries.some(([name]) => name === key) ? entries : [...entries, [key, undefined] as const]).map(
        ([name, item]) => [name, name === key ? replaced(item, rest) : item],
      ),
    );
  };
  return JSON.stringify(replaced(JSON.parse(text), place));
}

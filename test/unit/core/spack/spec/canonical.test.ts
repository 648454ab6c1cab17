import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { formatSpec } from "../../../../../extension/core/spack/spec/format-spec.ts";
import { parseSpec } from "../../../../../extension/core/spack/spec/parse-spec.ts";
import { sameSpec, specKey } from "../../../../../extension/core/spack/spec/same-spec.ts";
import { inRepository } from "../../../../support/paths.ts";

interface Canonical {
  readonly specs: readonly { readonly raw: string; readonly canonical: string }[];
  readonly equalPairs: readonly (readonly [string, string])[];
}

const { specs, equalPairs }: Canonical = JSON.parse(
  readFileSync(inRepository("test/fixtures/spack/specs/canonical.json"), "utf8"),
);

describe("the specs of the fixture, against what Spack printed (unit)", () => {
  test.each(specs)("$raw", ({ raw, canonical }) => {
    expect(formatSpec(parseSpec(raw))).toBe(canonical);
  });

  test("no more and no fewer pairs are equal than Spack says", () => {
    const pairs = specs.flatMap((a, at) => specs.slice(at + 1).map((b) => [a.raw, b.raw] as const));
    const equal = pairs.filter(([a, b]) => sameSpec(parseSpec(a), parseSpec(b)));
    const listed = new Set(equalPairs.map((pair) => pair.join(" = ")));
    expect(new Set(equal.map((pair) => pair.join(" = ")))).toEqual(listed);
    const keyed = pairs.filter(([a, b]) => specKey(parseSpec(a)) === specKey(parseSpec(b)));
    expect(keyed).toEqual(equal);
  });
});

import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { spackFixture } from "../../../../support/spack-fixtures.ts";
import type { SpecVerdicts } from "../../../../support/spack-verdicts.ts";
import { chosenCases, chosenQueries } from "../../../../support/spec-cases.ts";
import { compareWithSpack } from "../../../../support/spec-comparison.ts";

const verdicts: SpecVerdicts = JSON.parse(readFileSync(spackFixture("specs-more", "verdicts.json"), "utf8"));

describe("specs, against what Spack said of them (unit)", () => {
  test("what is printed, refused, equal, satisfied, met and constrained", () => {
    const { disagreements, compared } = compareWithSpack({ ...verdicts, nodes: [] });
    expect(disagreements).toEqual([]);
    expect(compared).toBeGreaterThan(1500);
  });

  test("which nodes of a lock a constraint finds", () => {
    const { disagreements, compared } = compareWithSpack({ ...verdicts, specs: [], pairs: [] });
    expect(disagreements).toEqual([]);
    expect(compared).toBe(chosenQueries().flatMap(({ queries }) => queries).length);
  });

  test("the fixture has all cases that were chosen", () => {
    const { specs, pairs } = chosenCases();
    expect(verdicts.specs.map(({ text }) => text)).toEqual(expect.arrayContaining([...specs]));
    expect(verdicts.pairs.map(({ a, b }) => [a, b])).toEqual(expect.arrayContaining([...pairs]));
  });
});

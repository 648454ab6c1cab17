import { describe, expect, test } from "vitest";
import { constrain } from "../../../../../extension/core/spack/spec/constrain.ts";
import { formatSpec } from "../../../../../extension/core/spack/spec/format-spec.ts";
import { intersects } from "../../../../../extension/core/spack/spec/intersects.ts";
import { parseSpec } from "../../../../../extension/core/spack/spec/parse-spec.ts";
import { sameSpec } from "../../../../../extension/core/spack/spec/same-spec.ts";
import { satisfies } from "../../../../../extension/core/spack/spec/satisfies.ts";
import {
  SpecSyntaxError,
  UnsatisfiableSpecError,
} from "../../../../../extension/core/spack/spec/spec-errors.ts";

/** Spack would ask the package's repository, and has no answer without it. */
describe("git references of unknown version (unit)", () => {
  const main = parseSpec("a@git.main");

  test("are equal to themselves, and meet what asks for no version", () => {
    expect(sameSpec(main, parseSpec("a@git.main"))).toBe(true);
    expect(sameSpec(main, parseSpec("a@git.other"))).toBe(false);
    expect(satisfies(main, parseSpec("a"))).toBe(true);
    expect(satisfies(main, parseSpec("a@git.main"))).toBe(true);
    expect(formatSpec(constrain(parseSpec("a"), main))).toBe("a@git.main");
    expect(formatSpec(constrain(main, parseSpec("a+x")))).toBe("a@git.main+x");
  });

  test.each(["a@1:", "a@=1", "a@1,2", "a@git.other", "a@git.x=1"])("are not known to meet %s", (text) => {
    const other = parseSpec(text);
    expect([satisfies(main, other), intersects(main, other), intersects(other, main)]).toEqual([
      false,
      false,
      false,
    ]);
    expect(() => constrain(main, other)).toThrow(UnsatisfiableSpecError);
  });

  test("stand alone in a list", () => {
    expect(() => parseSpec("a@1.2,git.main")).toThrow(SpecSyntaxError);
  });
});

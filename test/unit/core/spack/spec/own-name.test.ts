import { describe, expect, test } from "vitest";
import { constrain } from "../../../../../extension/core/spack/spec/constrain.ts";
import { formatSpec } from "../../../../../extension/core/spack/spec/format-spec.ts";
import { intersects } from "../../../../../extension/core/spack/spec/intersects.ts";
import { parseSpec } from "../../../../../extension/core/spack/spec/parse-spec.ts";
import { satisfies } from "../../../../../extension/core/spack/spec/satisfies.ts";

/** Spack itself recurses for ever over some of these. */
describe("a package that depends on one of its own name (unit)", () => {
  test.each(["", "[deptypes=run] ", "[deptypes=build] "])("with the edge %s", (attributes) => {
    const old = parseSpec(`gcc@13 %${attributes}gcc@11`);
    const older = parseSpec(`gcc %${attributes}gcc@:11.4`);
    const other = parseSpec(`gcc %${attributes}gcc@12`);
    expect([intersects(old, older), intersects(old, other)]).toEqual([true, false]);
    expect([satisfies(old, old), satisfies(old, other)]).toEqual([true, false]);
    expect(() => constrain(old, other)).toThrow("exclude each other");
    expect(formatSpec(constrain(other, parseSpec("gcc@14")))).toBe(
      formatSpec(parseSpec(`gcc@14 %${attributes}gcc@12`)),
    );
  });
});

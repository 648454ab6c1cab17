import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { type ErrorCode, exitCodeOf, SygaldryError } from "../../../../extension/core/base/errors.ts";
import { inRepository } from "../../../support/paths.ts";

describe("docs/reference/exit-codes.md (unit)", () => {
  it("has every code of the catalogue with its exit code, and no other", () => {
    const catalogue = [
      ...readFileSync(inRepository("extension/core/base/errors.ts"), "utf8").matchAll(
        /^ {2}"(SYG-[A-Z-]+)":/gm,
      ),
    ].map(([, code]) => code);
    const documented = [
      ...readFileSync(inRepository("docs/reference/exit-codes.md"), "utf8").matchAll(
        /^\| (SYG-[A-Z-]+) +\| (\d+) +\|/gm,
      ),
    ];
    expect(new Set(documented.map(([, code]) => code))).toEqual(new Set(catalogue));
    for (const [, code, exit] of documented) {
      expect([code, exitCodeOf(new SygaldryError(code as ErrorCode, ""))]).toEqual([code, Number(exit)]);
    }
  });
});

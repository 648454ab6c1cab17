import { describe, expect, it } from "vitest";
import { initializeError } from "../../../../extension/core/container/host-failures.ts";

describe("what initialize.sh said (unit)", () => {
  it("is an error with its code, next step, and the words of what failed", () => {
    const lines = [
      "sygaldry: making x with debootstrap",
      "E: No such script",
      "sygaldry: error[SYG-BASE-IMAGE]: debootstrap could not make x",
      "sygaldry: next: Check the suite.",
    ];
    expect(initializeError(lines)).toMatchObject({
      code: "SYG-BASE-IMAGE",
      message: "debootstrap could not make x\nE: No such script",
      next: "Check the suite.",
    });
  });

  it.each([
    [[]],
    [["sh: 1: something: not found"]],
    [["sygaldry: error[SYG-UNHEARD-OF]: x", "sygaldry: next: y"]],
  ])("is none of its own errors: %j", (lines) => {
    expect(initializeError(lines)).toBeUndefined();
  });
});

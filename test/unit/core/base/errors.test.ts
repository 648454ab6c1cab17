import { describe, expect, test } from "vitest";
import {
  exitCodeOf,
  isCancellation,
  messageOf,
  SygaldryError,
  systemCode,
} from "../../../../extension/core/base/errors.ts";

describe("exitCodeOf (unit)", () => {
  test.each([
    ["SYG-BUILD", 1],
    ["SYG-USAGE", 2],
    ["SYG-ENGINE-MISSING", 3],
    ["SYG-CONFIG-INVALID", 4],
    ["SYG-PROJECT-CLAIMED", 4],
    ["SYG-CANCELLED", 130],
  ] as const)("%s is %d", (code, exitCode) => {
    expect(exitCodeOf(new SygaldryError(code, "it failed"))).toBe(exitCode);
  });

  test("counts what nobody expected as failed", () => {
    expect(exitCodeOf(new TypeError("x is not a function"))).toBe(1);
    expect(exitCodeOf("thrown text")).toBe(1);
    expect(exitCodeOf(undefined)).toBe(1);
  });

  test("takes Node's own AbortError for a cancellation", () => {
    const abort = new AbortController();
    abort.abort();
    expect(exitCodeOf(abort.signal.reason)).toBe(130);
  });
});

describe("SygaldryError (unit)", () => {
  test("carries code, next step, data and cause", () => {
    const cause = new Error("disk on fire");
    const error = new SygaldryError("SYG-FILE", "it failed", {
      cause,
      next: "Call someone.",
      data: { a: 1 },
    });
    expect(error).toBeInstanceOf(Error);
    expect(error).toMatchObject({
      name: "SygaldryError",
      code: "SYG-FILE",
      next: "Call someone.",
      data: { a: 1 },
      cause,
    });
  });

  test("is a cancellation by its code only", () => {
    expect(isCancellation(new SygaldryError("SYG-CANCELLED", "stopped"))).toBe(true);
    expect(isCancellation(new SygaldryError("SYG-FILE", "cancelled"))).toBe(false);
    expect(isCancellation("AbortError")).toBe(false);
  });
});

describe("systemCode and messageOf (unit)", () => {
  test("read any thrown value", () => {
    expect(systemCode(Object.assign(new Error("no"), { code: "ENOENT" }))).toBe("ENOENT");
    expect(systemCode(Object.assign(new Error("no"), { code: 5 }))).toBeUndefined();
    expect(systemCode(new Error("no"))).toBeUndefined();
    expect(systemCode({ code: "ENOENT" })).toBeUndefined();
    expect(messageOf(new Error("no"))).toBe("no");
    expect(messageOf(7)).toBe("7");
  });
});

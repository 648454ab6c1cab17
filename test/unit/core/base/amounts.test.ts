import { describe, expect, it } from "vitest";
import { parseDuration, parseSize } from "../../../../extension/core/base/amounts.ts";

describe("amounts (unit)", () => {
  it.each([
    ["90", 90],
    ["1.5s", 1.5],
    ["15m", 900],
    ["2min", 120],
    ["1h30m", 5400],
    ["2d", 172_800],
    ["0", 0],
  ])("the time %s", (text, seconds) => {
    expect(parseDuration(text)).toBe(seconds);
  });

  it.each(["", "x", "-1", "1 h", "1w", "m", "1.s"])("no time: %j", (text) => {
    expect(parseDuration(text)).toBeUndefined();
  });

  it.each([
    ["500", 500],
    ["10kB", 10_000],
    ["1.5GB", 1.5e9],
    ["2GiB", 2 ** 31],
    ["3M", 3_000_000],
  ])("the size %s", (text, bytes) => {
    expect(parseSize(text)).toBe(bytes);
  });

  it.each(["", "GB", "-1", "1iB", "5 apples"])("no size: %j", (text) => {
    expect(parseSize(text)).toBeUndefined();
  });
});

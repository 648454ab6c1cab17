import { describe, expect, it } from "vitest";
import { durationText } from "../../../extension/cli/amounts.ts";

describe("amounts for people (unit)", () => {
  it.each([
    [0.04, "0.0 s"],
    [59.4, "59 s"],
    [192, "3 min 12 s"],
    [19_260, "5 h 21 min"],
    [273_600, "3 d 4 h"],
  ])("%d seconds for people", (seconds, text) => {
    expect(durationText(seconds)).toBe(text);
  });
});

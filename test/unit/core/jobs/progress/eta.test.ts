import { describe, expect, it } from "vitest";
import { createEta } from "../../../../../extension/core/jobs/progress/eta.ts";

describe("createEta", () => {
  it("says nothing before something was done, and 0 at the end", () => {
    const eta = createEta();
    expect(eta.see(0, 0)).toBeUndefined();
    expect(eta.see(0, 60_000)).toBeUndefined();
    expect(eta.see(1, 90_000)).toBe(0);
  });

  it("is exact for an even pace, however often it is asked", () => {
    const eta = createEta();
    let last: number | undefined;
    for (let at = 0; at <= 50_000; at += 37) last = eta.see(at / 100_000, at);
    expect(last).toBeGreaterThanOrEqual(49);
    expect(last).toBeLessThanOrEqual(51);
  });

  it("forgets a slow start", () => {
    const eta = createEta();
    eta.see(0, 0);
    eta.see(0.01, 100_000);
    let last: number | undefined;
    for (let second = 1; second <= 60; second += 1)
      last = eta.see(0.01 + second * 0.01, 100_000 + second * 1000);
    // 39 s are left at the new pace; the mean of all would say 102.
    expect(last).toBeLessThan(50);
    expect(last).toBeGreaterThanOrEqual(39);
  });

  it("does not jump for one quick item", () => {
    const eta = createEta();
    for (let second = 0; second <= 100; second += 1) eta.see(second / 1000, second * 1000);
    const after = eta.see(0.102, 100_000 + 1000) ?? 0;
    expect(after).toBeGreaterThan(800);
    expect(after).toBeLessThanOrEqual(900);
  });

  it("survives a clock that is set back", () => {
    const eta = createEta();
    eta.see(0, 1_000_000);
    eta.see(0.1, 1_010_000);
    expect(eta.see(0.1, 0)).toBe(90);
    expect(eta.see(0.2, 10_000)).toBe(80);
  });
});

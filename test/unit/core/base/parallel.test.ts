import { setImmediate as turn } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { forEachParallel } from "../../../../extension/core/base/parallel.ts";

describe("forEachParallel (unit)", () => {
  test("runs each item once, in order of start, never more than the limit at once", async () => {
    const started: number[] = [];
    let running = 0;
    let most = 0;
    await forEachParallel(Array.from({ length: 20 }, (_, n) => n).values(), 3, async (n) => {
      started.push(n);
      most = Math.max(most, ++running);
      for (let turns = 0; turns < n % 4; turns++) await turn();
      running--;
    });
    expect(started).toEqual(Array.from({ length: 20 }, (_, n) => n));
    expect(most).toBe(3);
  });

  test("rejects with the first failure and starts nothing after it", async () => {
    const started: number[] = [];
    const failing = forEachParallel([0, 1, 2, 3, 4, 5], 2, async (n) => {
      started.push(n);
      await turn();
      if (n === 1) throw new Error("no");
    });
    await expect(failing).rejects.toThrow("no");
    await turn();
    expect(started.length).toBeLessThan(5);
  });

  test("has nothing to do for nothing", async () => {
    await forEachParallel([], 4, async () => {
      throw new Error("never");
    });
  });
});

import { describe, expect, it } from "vitest";
import { isAlive, runId, runsIn, testName } from "../../support/run-id.ts";

describe("run-id (unit)", () => {
  it("makes names that are new, valid everywhere and lead back to the run", () => {
    const names = [
      testName("image"),
      testName("image"),
      testName("a-very-long-suffix-that-no-project-id-could-hold"),
    ];
    expect(new Set(names).size).toBe(3);
    for (const name of names) {
      expect(name).toMatch(/^[a-z0-9][a-z0-9._-]{0,62}$/);
      expect(runsIn(name)).toEqual([runId]);
    }
  });

  it("finds runs in names, paths and labels, and nothing else", () => {
    expect(runsIn("vsc-sygaldry-test-12-00ff00-a1-project-0123 /tmp/sygaldry-test-7-abcdef-Xy/p")).toEqual([
      "12-00ff00",
      "7-abcdef",
    ]);
    expect(runsIn("other=1,dev.sygaldry.test=31-0a0b0c,z=2")).toEqual(["31-0a0b0c"]);
    expect(
      runsIn("sygaldry-test-base sygaldry-tests-12-00ff00 sygaldry-test-x dev.sygaldry.test=base"),
    ).toEqual([]);
  });

  it("tells whether a run lives", () => {
    expect(isAlive(`${process.pid}-000000`)).toBe(true);
    expect(isAlive("4194305-000000")).toBe(false);
  });
});

import { describe, expect, it } from "vitest";
import { parseParts, report } from "../../support/summary.ts";

const green = { passed: 3, failed: [], skipped: [] };

describe("summary (unit)", () => {
  it("ends with the totals alone on the last line", () => {
    const { text, ok } = report([green, { ...green, passed: 4 }], []);
    expect(text).toBe("Skipped, and why:\n- nothing\n\n7 passed, 0 failed\n");
    expect(ok).toBe(true);
  });

  it("lists what was skipped with the reason, and counts tests only", () => {
    const skipped = [
      { title: "a.test.ts > a", reason: "needs gpu: none" },
      { title: "b.test.ts > b", reason: "not today" },
      { title: "c.test.ts > c", reason: "needs gpu: none" },
    ];
    const parts = parseParts("skipped\tubuntu:24.04\tcannot be pulled\n");
    const { text, ok } = report([{ ...green, skipped }], parts);
    expect(text.split("\n")).toEqual([
      "Skipped, and why:",
      "- ubuntu:24.04: cannot be pulled",
      "- needs gpu: none (2)",
      "    a.test.ts > a",
      "    c.test.ts > c",
      "- not today (1)",
      "    b.test.ts > b",
      "",
      "3 passed, 0 failed, 3 skipped",
      "",
    ]);
    expect(ok).toBe(true);
  });

  it("counts failures of tests and of parts", () => {
    const { text, ok } = report(
      [{ ...green, failed: ["b"] }],
      parseParts("failed\tnpm run check\tlint\nnonsense\n"),
    );
    expect(text).toContain("Failed:\n- npm run check: lint\n- test/run.sh: cannot be read: nonsense\n- b\n");
    expect(text.trimEnd().split("\n").at(-1)).toBe("3 passed, 3 failed");
    expect(ok).toBe(false);
  });

  it("fails when no test ran at all", () => {
    const { text, ok } = report([], []);
    expect(text).toContain("- no test ran\n");
    expect(ok).toBe(false);
  });
});

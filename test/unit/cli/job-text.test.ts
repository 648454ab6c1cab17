import { describe, expect, it } from "vitest";
import { jobRow, outcomeText } from "../../../extension/cli/commands/job/job-text.ts";

describe("a job as it is shown (unit)", () => {
  it("holds nothing that a terminal obeys", () => {
    const status = {
      ...{ state: "FAILED" as const, job: "x", ts: "2026-01-01T00:00:00Z", handle: {} },
      reason: "exited with 1: \u001b]0;title\u0007red\u202e\r\nend",
    };
    const shown = "exited with 1: ]0;title red end";
    expect(jobRow({ status, verdict: { life: "ended" } }).at(-1)).toBe(shown);
    expect(outcomeText(status)).toBe(`x is FAILED: ${shown}`);
  });
});

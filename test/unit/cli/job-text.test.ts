import { describe, expect, it } from "vitest";
import { jobRow } from "../../../extension/cli/commands/job/job-text.ts";

describe("a job in a list (unit)", () => {
  it("holds nothing that a terminal obeys", () => {
    const row = jobRow({
      status: {
        ...{ state: "FAILED", job: "x", ts: "2026-01-01T00:00:00Z", handle: {} },
        reason: "exited with 1: \u001b]0;title\u0007red\u202e\r\nend",
      },
      verdict: { life: "ended" },
    });
    expect(row.at(-1)).toBe("exited with 1: ]0;title red end");
  });
});

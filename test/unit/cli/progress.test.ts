import { describe, expect, it } from "vitest";
import type { ProgressStream } from "../../../extension/cli/live-lines.ts";
import { progressView } from "../../../extension/cli/progress.ts";
import { type BuildStep, noProgress } from "../../../extension/core/container/build-progress.ts";

const base: BuildStep = {
  id: "1",
  name: "dev: RUN --mount=type=cache,target=/x /usr/local/lib/sygaldry/image/apt-install.sh jq",
  state: "running",
  seconds: undefined,
  startedAt: 0,
  internal: false,
  lines: [],
  exitCode: undefined,
};

function recorder(options: Partial<ProgressStream> = {}) {
  const written: string[] = [];
  const stream: ProgressStream = { ...options, write: (text) => written.push(text) };
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are escape sequences
  return { stream, text: () => written.join("").replace(/\u001b\[[0-9;]*m/g, "") };
}

describe("progressView", () => {
  it("prints each ended step once, shortened, with its time", () => {
    const { stream, text } = recorder();
    const view = progressView(stream);
    const done = { ...base, state: "done" as const, seconds: 65 };
    view.update({ ...noProgress, steps: [base] });
    view.update({ ...noProgress, steps: [done] });
    view.update({ ...noProgress, steps: [done, { ...base, id: "2", state: "cached", seconds: 0 }] });
    view.end();
    expect(text()).toBe("✓ dev: RUN apt-install.sh jq 1 min 5 s\n= dev: RUN apt-install.sh jq (cached)\n");
  });

  it("leaves the builder's own steps out", () => {
    const { stream, text } = recorder();
    progressView(stream).update({ ...noProgress, steps: [{ ...base, state: "done", internal: true }] });
    expect(text()).toBe("");
  });

  it("draws running steps in a terminal, cut to its width, and erases them", () => {
    const { stream, text } = recorder({ isTTY: true, columns: 20 });
    const view = progressView(stream, () => 3000);
    view.update({ ...noProgress, steps: [base] });
    view.end();
    const [line = "", erased = ""] = text().split("\n");
    expect(line.length).toBeLessThan(20);
    expect(line).toContain("…");
    expect(erased).toBe("\u001b[1A\u001b[0J");
  });

  it("says which step failed", () => {
    const { stream, text } = recorder();
    progressView(stream).update({ ...noProgress, steps: [{ ...base, state: "failed", seconds: 1 }] });
    expect(text()).toMatch(/^✗ .* 1\.0 s\n$/);
  });
});

import { describe, expect, it } from "vitest";
import { installView } from "../../../extension/cli/install-view.ts";
import { installParser } from "../../../extension/core/spack/run/install-parser.ts";
import { advance, startProgress } from "../../../extension/core/spack/run/install-progress.ts";
import { spackLines } from "../../support/spack-transcripts.ts";

const plain = { json: false, quiet: false, verbose: false };

/** What is written while a recorded run goes by. */
async function shown(name: string, options: { readonly isTTY?: boolean; readonly quiet?: boolean }) {
  const pieces: string[] = [];
  const stream = {
    isTTY: options.isTTY ?? false,
    columns: 60,
    write: (piece: string) => void pieces.push(piece),
  };
  const view = installView({ ...plain, quiet: options.quiet ?? false }, stream, () => 5_000);
  const parser = installParser();
  let progress = startProgress([]);
  for (const { line, stream: from } of await spackLines(name)) {
    for (const event of parser.line(line, from)) {
      progress = advance(progress, event, 0);
      view.update(event, progress);
    }
  }
  view.end();
  // biome-ignore lint/suspicious/noControlCharactersInRegex: an escape sequence begins with one
  return pieces.join("").replaceAll(/\u001b\[[0-9;]*m/g, "");
}

describe("installView (unit)", () => {
  it("writes a line for each package that begins and ends, where there is no terminal", async () => {
    const lines = (await shown("install-parallel", {})).trimEnd().split("\n");
    expect(lines).toEqual([
      "  demo-par-a@1.0 from source",
      "  demo-par-b@1.0 from source",
      "✓ [1/2] demo-par-b@1.0 from source 6.4 s",
      "✓ [2/2] demo-par-a@1.0 from source 6.5 s",
    ]);
  });

  it("names what failed, and what therefore was not tried", async () => {
    const text = await shown("install-fail", {});
    expect(text).toContain("✗ demo-fail@0.1 ProcessError: Command exited with status 1:\n");
    expect(text).toContain("- demo-top@1.0 not tried, because demo-fail failed\n");
  });

  it("draws what is at work in a terminal, with phase and time, and erases it", async () => {
    const text = await shown("install-parallel", { isTTY: true });
    const erased = "\u001b[2A\u001b[0J";
    const [working = ""] = text.split(erased).filter((part) => part.includes("configure"));
    expect(working.split("\n").slice(-3)).toEqual([
      expect.stringMatching(/^. demo-par-a@1\.0 configure 5\.0 s$/),
      expect.stringMatching(/^. demo-par-b@1\.0 stage 5\.0 s$/),
      "",
    ]);
    expect(text.endsWith("demo-par-a@1.0 from source 6.5 s\n")).toBe(true);
  });

  it("is silent when asked to", async () => {
    expect(await shown("install-fail", { quiet: true })).toBe("");
  });
});

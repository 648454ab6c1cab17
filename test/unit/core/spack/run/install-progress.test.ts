import { describe, expect, it } from "vitest";
import type { PackageId } from "../../../../../extension/core/spack/run/events.ts";
import { installParser } from "../../../../../extension/core/spack/run/install-parser.ts";
import { advance, startProgress } from "../../../../../extension/core/spack/run/install-progress.ts";
import { spackLines } from "../../../../support/spack-transcripts.ts";

/** The progress after each line of a recorded run. */
async function follow(name: string, expected: readonly PackageId[]) {
  const parser = installParser();
  let progress = startProgress(expected);
  const steps = [progress];
  for (const { line, stream } of await spackLines(name)) {
    for (const event of parser.line(line, stream)) progress = advance(progress, event, steps.length);
    steps.push(progress);
  }
  for (const event of parser.end()) progress = advance(progress, event, steps.length);
  return { steps: [...steps, progress], last: progress };
}

const demo: readonly PackageId[] = [
  { name: "demo-gen", version: "0.4.1", hash: "odrui4u766hxrtgnlw7xqyhjblydcozg" },
  { name: "demo-patched", version: "2.0", hash: "fwlkf2kwyagh3qneyfj7y7smajpqmmkq" },
  { name: "demo-base", version: "1.3.0", hash: "4izdetoodg6kbeirsbeompgzgvxqizj3" },
  { name: "demo-math", version: "3.1.4", hash: "cp477rfkxwgvuok3b44kk4y7lmynkonk" },
  { name: "demo-cli", version: "0.9.0", hash: "aunp3vlpkktfe3wzb2a4fxlsy54sejjx" },
  { name: "py-demo-stats", version: "1.0.2", hash: "65jtif6cle5ei6gsq7tpcihniibjrvtm" },
  { name: "compiler-wrapper", version: "1.0", hash: "gurfv6m3c6kc4fvl3my364a2ae24sp2t" },
  { name: "gcc-runtime", version: "12.2.0", hash: "wxurxihhvzfaosd3qncswwbcvkthcjin" },
  { name: "python-venv", version: "1.0", hash: "vj2jc64coinybp27jkcl56jygumgx5rv" },
];

describe("install progress (unit)", () => {
  it.each(["install-source", "install-cache"])(
    "knows the number beforehand and gets there: %s",
    async (name) => {
      const { steps, last } = await follow(name, demo);
      expect(steps.every(({ total }) => total === 9)).toBe(true);
      expect(last).toMatchObject({ done: 9, running: 0, failed: 0, total: 9 });
      const done = steps.map((step) => step.done);
      expect(done).toEqual([...done].sort((a, b) => a - b));
      const from = name === "install-cache" ? "cache" : "source";
      expect([...last.packages.values()].every((one) => one.state === "installed" && one.from === from)).toBe(
        true,
      );
    },
  );

  it("leaves out what Spack does not do", async () => {
    const unused = { name: "unused", version: "1", hash: "u".repeat(32) };
    const { last } = await follow("install-source", [...demo, unused]);
    expect(last).toMatchObject({ total: 9, done: 9 });
    expect(last.packages.get(unused.hash)?.state).toBe("waiting");
  });

  it("does not count what was there", async () => {
    expect((await follow("install-again", [])).last).toMatchObject({ total: 0, done: 0 });
  });

  it("shows phases, times and failures", async () => {
    const fail = "p3vepzuuwieq3fedsk2hlea63tbzgypr";
    const { steps, last } = await follow("install-fail", []);
    const seen = steps.flatMap(({ packages }) => packages.get(fail) ?? []);
    expect(seen.find(({ phase }) => phase === "install")).toMatchObject({ state: "running", from: "source" });
    const end = last.packages.get(fail);
    expect(end).toMatchObject({
      state: "failed",
      failure: { log: expect.stringContaining("spack-build-out") },
    });
    expect((end?.endedAt ?? 0) - (end?.startedAt ?? 0)).toBeGreaterThan(0);
    expect(last).toMatchObject({ failed: 2, done: 0 });
    expect(last.packages.get("4hwpghgtsaydyywsr7mng2bipivayv4i")).toMatchObject({
      ...{ state: "skipped", because: { name: "demo-fail" } },
    });
  });
});

import { mkdirSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { partName } from "../../../../extension/core/jobs/layout.ts";
import { eventsIn, everything, filesOf, newLog, randomOf, seqsOf, upTo, writeSome } from "./rotated-log.ts";

describe("a log that goes on in new files (unit)", () => {
  it.each([1, 2, 3, 4, 5])(
    "holds every line once, in files of whole lines that are no larger (%i)",
    (seed) => {
      const random = randomOf(seed);
      const maxSize = 2_000 + random(150_000);
      const { file, log } = newLog({ maxSize, parts: everything });
      const lines: string[] = [];
      for (let round = 0; round < 150; round++) lines.push(...writeSome(log, random));
      log.close();
      const files = filesOf(file);
      const events = eventsIn(files);
      expect(events.map(({ msg }) => msg)).toEqual(lines);
      expect(seqsOf(events)).toEqual(upTo(lines.length));
      expect(files.length).toBeGreaterThan(5);
      expect(files.slice(0, -1)).toEqual(upTo(files.length - 1).map((part) => partName(file, part)));
      for (const one of files) {
        const text = readFileSync(one, "utf8");
        expect(text.endsWith("}\n")).toBe(true);
        // A line that has begun in a file ends there: one of those that were written in pieces.
        const last = Buffer.byteLength(text.trimEnd().split("\n").at(-1) ?? "") + 1;
        const begun = statSync(one).size - last;
        if (begun > 0) expect(last > 32 * 1024 ? begun : begun + last).toBeLessThanOrEqual(maxSize);
      }
    },
  );

  it("keeps the parts that are wanted, and no more", () => {
    const { file, log } = newLog({ maxSize: 10_000, parts: 3 });
    for (let line = 0; line < 1000; line++) log.event("output", { stream: "stdout", msg: `line ${line}` });
    log.close();
    const files = filesOf(file);
    expect(files).toHaveLength(4);
    const seqs = seqsOf(eventsIn(files));
    expect(seqs).toEqual(upTo(1000, seqs[0]));
    expect(seqs.length).toBeGreaterThan(200);
  });

  it("goes on in the same file when it cannot be renamed, says so once, and tries again", () => {
    const { file, log } = newLog({ maxSize: 10_000, parts: 3 });
    mkdirSync(partName(file, 1));
    const long = "x".repeat(15_000);
    for (let line = 0; line < 500; line++) log.output("stdout", [`line ${line}${line === 300 ? long : ""}`]);
    log.flush();
    expect(readdirSync(path.dirname(file))).toHaveLength(2);
    expect(statSync(file).size).toBeGreaterThan(40_000);
    rmSync(partName(file, 1), { recursive: true });
    for (let line = 500; line < 700; line++) log.output("stdout", [`line ${line}`]);
    log.close();
    const events = eventsIn(filesOf(file));
    expect(filesOf(file).length).toBeGreaterThan(1);
    expect(seqsOf(events)).toEqual(upTo(701));
    expect(events.filter(({ event }) => event === "log")).toHaveLength(1);
    const output = events.filter(({ event }) => event === "output");
    expect(output.map(({ msg }) => msg?.replace(long, ""))).toEqual(
      Array.from({ length: 700 }, (_, line) => `line ${line}`),
    );
  });

  it("is put back when its folder is removed, and goes on in new files as before", () => {
    const { file, log } = newLog({ maxSize: 10_000, parts: 100 });
    const write = (lines: number) => {
      for (let line = 0; line < lines; line++) log.output("stdout", [`line ${line}`]);
      log.flush();
    };
    write(200);
    const parts = filesOf(file).length;
    const [first] = eventsIn([file]);
    rmSync(path.dirname(file), { recursive: true });
    // Also while it is not there.
    write(200);
    expect(log.restore()).toBe(true);
    write(200);
    log.close();
    const events = eventsIn(filesOf(file));
    expect(filesOf(file).at(0)).toBe(partName(file, parts));
    const kept = process.platform === "linux" ? (first?.seq ?? 0) : (events[0]?.seq ?? 0);
    expect(seqsOf(events)).toEqual(upTo(600, kept));
  });
});

import { mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { partName } from "../../../../extension/core/jobs/layout.ts";
import { type LogEvent, parseEvent } from "../../../../extension/core/jobs/log/event.ts";
import { followLog } from "../../../../extension/core/jobs/log/follow-log.ts";
import { type LogPosition, logStart } from "../../../../extension/core/jobs/log/log-parts.ts";
import { createLog, type LogWriter } from "../../../../extension/core/jobs/log/log-writer.ts";
import { tailLog } from "../../../../extension/core/jobs/log/tail-log.ts";
import type { LogRotation } from "../../../../extension/core/jobs/settings.ts";

const root = mkdtempSync(path.join(tmpdir(), "sygaldry-rotation-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const everything = Number.MAX_SAFE_INTEGER;
let count = 0;

function newLog(rotation: LogRotation): { readonly file: string; readonly log: LogWriter } {
  const file = path.join(root, String(++count), "a-20260101-000000.jsonl");
  mkdirSync(path.dirname(file));
  return { file, log: createLog(file, { job: "a", run: "20260101-000000", rotation }) };
}

/** Repeatable random numbers below `limit` (mulberry32). */
function randomOf(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (state + 0x6d2b79f5) | 0;
    let value = Math.imul(state ^ (state >>> 15), 1 | state);
    value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value;
    return ((value ^ (value >>> 14)) >>> 0) % limit;
  };
}

/** Writes some lines, of any length and number; gives them. */
function writeSome(log: LogWriter, random: (limit: number) => number): readonly string[] {
  const long = random(40) === 0 ? 50_000 : 300;
  const lines = Array.from({ length: random(30) }, (_, at) => `${at} ${"é".repeat(random(long))}`);
  log.output(random(2) === 0 ? "stdout" : "stderr", lines);
  if (random(3) === 0) log.flush();
  return lines;
}

/** The log's files, oldest first. */
function filesOf(file: string): readonly string[] {
  const parts = readdirSync(path.dirname(file))
    .map((name) => Number(/\.part(\d+)\.jsonl$/.exec(name)?.[1]))
    .filter((part) => !Number.isNaN(part));
  return [...parts.sort((a, b) => a - b).map((part) => partName(file, part)), file];
}

function eventsIn(files: readonly string[]): readonly LogEvent[] {
  return files
    .flatMap((file) => readFileSync(file, "utf8").trimEnd().split("\n"))
    .map((line) => parseEvent(line) ?? { ts: "", event: `no event: ${line}`, job: "" });
}

/** The first places where a number does not follow the one before it; without a diff of thousands of numbers. */
function breaksIn(seqs: readonly (number | undefined)[], first: number, last: number): readonly string[] {
  return [...seqs, last + 1]
    .flatMap((seq, at) => {
      const before = at === 0 ? first - 1 : seqs[at - 1];
      return seq === (before ?? Number.NaN) + 1 ? [] : [`${before} → ${seq}`];
    })
    .slice(0, 5);
}

const seqsOf = (events: readonly LogEvent[]) => events.map(({ seq }) => seq);
const upTo = (last: number, first = 1) => Array.from({ length: last - first + 1 }, (_, at) => first + at);

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

describe("reading such a log (unit)", () => {
  it("gives the last events across files, and where whole lines end", async () => {
    const random = randomOf(7);
    const { file, log } = newLog({ maxSize: 30_000, parts: everything });
    let total = 0;
    for (let round = 0; round < 60; round++) total += writeSome(log, random).length;
    log.flush();
    expect(filesOf(file).length).toBeGreaterThan(3);
    for (const lines of [0, 1, 2, 50, total - 1, total, total + 10]) {
      const { events, end } = await tailLog(file, { lines });
      expect(seqsOf(events)).toEqual(upTo(total, total - Math.min(lines, total) + 1));
      expect(end).toMatchObject({ part: filesOf(file).length, at: statSync(file).size });
    }
    // As a crash leaves it between two files.
    renameSync(file, partName(file, filesOf(file).length));
    expect(seqsOf((await tailLog(file)).events)).toEqual(upTo(total));
    const stderr = await tailLog(file, { events: ["output"], since: 0, lines: 5 });
    expect(seqsOf(stderr.events)).toEqual(upTo(total, total - 4));
    expect((await tailLog(file, { since: Date.now() + 60_000 })).events).toEqual([]);
    log.close();
  });

  /** Follows while `write` is called before each look, and in the middle of some; gives the numbers that were seen. */
  async function followed(
    file: string,
    from: LogPosition,
    write: (look: number) => void,
    looks: number,
    random: (limit: number) => number,
  ): Promise<readonly (number | undefined)[]> {
    const seen: (number | undefined)[] = [];
    let look = 0;
    let between = looks;
    await followLog(file, from, {
      onEvent: ({ seq }) => {
        seen.push(seq);
        if (between > 0 && random(40) === 0) {
          between--;
          write(look);
        }
      },
      isOver: async () => {
        if (look >= looks) return true;
        write(look++);
        return false;
      },
      poll: 1,
    });
    return seen;
  }

  it.each([11, 12, 13, 14])("follows without losing or repeating an event (%i)", async (seed) => {
    const random = randomOf(seed);
    const { file, log } = newLog({ maxSize: 10_000 + random(40_000), parts: everything });
    let total = 0;
    const write = () => {
      const rounds = random(8);
      for (let round = 0; round < rounds; round++) total += writeSome(log, random).length;
      log.flush();
    };
    while (total === 0) write();
    const { end } = await tailLog(file, { lines: 1 });
    const before = total;
    // Between the look at the end and the first look of the follower.
    write();
    write();
    const fromEnd = await followed(file, end, write, 40, random);
    expect(breaksIn(fromEnd, before + 1, total)).toEqual([]);
    const all = await followed(file, logStart, write, 20, random);
    expect(breaksIn(all, 1, total)).toEqual([]);
    expect(filesOf(file).length).toBeGreaterThan(20);
    log.close();
  });

  it.each([41, 42])(
    "follows and reads back while files change between any two of its steps (%i)",
    async (seed) => {
      const random = randomOf(seed);
      const { file, log } = newLog({ maxSize: 4_000, parts: everything });
      let total = 0;
      let written = false;
      const writing = async () => {
        for (let round = 0; round < 400; round++) {
          total += writeSome(log, random).length;
          if (random(3) > 0) await new Promise(setImmediate);
        }
        log.close();
        written = true;
      };
      const seen: (number | undefined)[] = [];
      const following = followLog(file, logStart, {
        onEvent: ({ seq }) => seen.push(seq),
        isOver: async () => written,
        poll: 1,
      });
      const looking = async () => {
        while (!written) {
          const { events, end } = await tailLog(file, { lines: 50 });
          const seqs = seqsOf(events);
          if (seqs.length > 0) expect(breaksIn(seqs, seqs[0] ?? 0, seqs.at(-1) ?? 0)).toEqual([]);
          // On from there, for one look.
          const next: (number | undefined)[] = [];
          const onEvent = ({ seq }: LogEvent) => next.push(seq);
          await followLog(file, end, { onEvent, isOver: async () => true });
          if (next.length > 0) expect(breaksIn(next, (seqs.at(-1) ?? 0) + 1, next.at(-1) ?? 0)).toEqual([]);
        }
      };
      await Promise.all([writing(), following, looking()]);
      expect(breaksIn(seen, 1, total)).toEqual([]);
    },
  );

  it.each([21, 22])("never repeats an event when it is slower than parts are removed (%i)", async (seed) => {
    const random = randomOf(seed);
    const { file, log } = newLog({ maxSize: 5_000, parts: 1 });
    let total = 0;
    const write = () => {
      for (let round = 0; round < 4; round++) total += writeSome(log, random).length;
      log.flush();
    };
    write();
    const seen = await followed(file, logStart, write, 60, random);
    expect(seen.filter((seq, at) => (seq ?? 0) <= (seen[at - 1] ?? 0))).toEqual([]);
    expect(seen.at(-1)).toBe(total);
    expect(seen.length).toBeLessThan(total);
    log.close();
  });

  it("follows a log that was removed and put back", async () => {
    const random = randomOf(31);
    const { file, log } = newLog({ maxSize: 20_000, parts: everything });
    let total = 0;
    const write = (look: number) => {
      if (look % 10 === 3) rmSync(path.dirname(file), { recursive: true, force: true });
      if (look % 10 === 6) log.restore();
      total += writeSome(log, random).length;
      log.flush();
    };
    const seen = await followed(file, logStart, write, 100, randomOf(1));
    expect(breaksIn(seen, 1, total)).toEqual([]);
    log.close();
  });
});

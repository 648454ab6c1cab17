import { renameSync, rmSync, statSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { partName } from "../../../../extension/core/jobs/layout.ts";
import type { LogEvent } from "../../../../extension/core/jobs/log/event.ts";
import { followLog } from "../../../../extension/core/jobs/log/follow-log.ts";
import { type LogPosition, logStart } from "../../../../extension/core/jobs/log/log-parts.ts";
import { tailLog } from "../../../../extension/core/jobs/log/tail-log.ts";
import { requires } from "../../../support/requirements.ts";
import { breaksIn, everything, filesOf, newLog, randomOf, seqsOf, upTo, writeSome } from "./rotated-log.ts";

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
});

// Elsewhere what was removed cannot be brought back.
requires("linux")("following a log that was removed (unit)", () => {
  it("goes on when it is put back, with nothing lost or doubled", async () => {
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

  it("begins at the same place of the copy, also when that has become a part", async () => {
    const { file, log } = newLog({ maxSize: 10_000, parts: everything });
    const write = (lines: number) => {
      for (let line = 0; line < lines; line++) log.event("output", { msg: `line ${line}` });
      log.flush();
    };
    write(150);
    const { end } = await tailLog(file);
    for (const lines of [10, 200]) {
      rmSync(path.dirname(file), { recursive: true });
      write(5);
      log.restore();
      write(lines);
    }
    const seen: (number | undefined)[] = [];
    await followLog(file, end, { onEvent: ({ seq }) => seen.push(seq), isOver: async () => true });
    expect(filesOf(file).length).toBeGreaterThan(2);
    expect(breaksIn(seen, 151, 370)).toEqual([]);
    log.close();
  });
});

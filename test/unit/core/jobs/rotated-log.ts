import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll } from "vitest";
import { partName } from "../../../../extension/core/jobs/layout.ts";
import { type LogEvent, parseEvent } from "../../../../extension/core/jobs/log/event.ts";
import { createLog, type LogWriter } from "../../../../extension/core/jobs/log/log-writer.ts";
import type { LogRotation } from "../../../../extension/core/jobs/settings.ts";

const root = mkdtempSync(path.join(tmpdir(), "sygaldry-rotation-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

export const everything = Number.MAX_SAFE_INTEGER;
let count = 0;

export function newLog(rotation: LogRotation): { readonly file: string; readonly log: LogWriter } {
  const file = path.join(root, String(++count), "a-20260101-000000.jsonl");
  mkdirSync(path.dirname(file));
  return { file, log: createLog(file, { job: "a", run: "20260101-000000", rotation }) };
}

/** Repeatable random numbers below `limit` (mulberry32). */
export function randomOf(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (state + 0x6d2b79f5) | 0;
    let value = Math.imul(state ^ (state >>> 15), 1 | state);
    value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value;
    return ((value ^ (value >>> 14)) >>> 0) % limit;
  };
}

/** Writes some lines, of any length and number; gives them. */
export function writeSome(log: LogWriter, random: (limit: number) => number): readonly string[] {
  const long = random(40) === 0 ? 50_000 : 300;
  const lines = Array.from({ length: random(30) }, (_, at) => `${at} ${"é".repeat(random(long))}`);
  log.output(random(2) === 0 ? "stdout" : "stderr", lines);
  if (random(3) === 0) log.flush();
  return lines;
}

/** The log's files, oldest first. */
export function filesOf(file: string): readonly string[] {
  const parts = readdirSync(path.dirname(file))
    .map((name) => Number(/\.part(\d+)\.jsonl$/.exec(name)?.[1]))
    .filter((part) => !Number.isNaN(part));
  return [...parts.sort((a, b) => a - b).map((part) => partName(file, part)), file];
}

export function eventsIn(files: readonly string[]): readonly LogEvent[] {
  return files
    .flatMap((file) => readFileSync(file, "utf8").trimEnd().split("\n"))
    .map((line) => parseEvent(line) ?? { ts: "", event: `no event: ${line}`, job: "" });
}

/** The first places where a number does not follow the one before it; without a diff of thousands of numbers. */
export function breaksIn(
  seqs: readonly (number | undefined)[],
  first: number,
  last: number,
): readonly string[] {
  return [...seqs, last + 1]
    .flatMap((seq, at) => {
      const before = at === 0 ? first - 1 : seqs[at - 1];
      return seq === (before ?? Number.NaN) + 1 ? [] : [`${before} → ${seq}`];
    })
    .slice(0, 5);
}

export const seqsOf = (events: readonly LogEvent[]) => events.map(({ seq }) => seq);
export const upTo = (last: number, first = 1) =>
  Array.from({ length: last - first + 1 }, (_, at) => first + at);

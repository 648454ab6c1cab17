import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { redactor } from "../../../../extension/core/base/redact.ts";
import { type LogEvent, parseEvent } from "../../../../extension/core/jobs/log/event.ts";
import { followLog } from "../../../../extension/core/jobs/log/follow-log.ts";
import { logStart } from "../../../../extension/core/jobs/log/log-parts.ts";
import { createLog, type LogWriter } from "../../../../extension/core/jobs/log/log-writer.ts";
import { tailLog } from "../../../../extension/core/jobs/log/tail-log.ts";

const folder = mkdtempSync(path.join(tmpdir(), "sygaldry-log-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let count = 0;
const newFile = () => path.join(folder, `case-${++count}`, `a-20260101-000000.jsonl`);
function newLog(file: string, secrets: readonly string[] = []): LogWriter {
  mkdirSync(path.dirname(file), { recursive: true });
  const redact = secrets.length > 0 ? redactor(secrets) : undefined;
  return createLog(file, { job: "a", run: "20260101-000000", redact });
}

function read(file: string): readonly (LogEvent | undefined)[] {
  return readFileSync(file, "utf8").trimEnd().split("\n").map(parseEvent);
}

describe("a job's log (unit)", () => {
  it("holds every line in order, with numbers without gaps, whatever the text", () => {
    const file = newFile();
    const log = newLog(file);
    const texts = ["plain", 'q"uote', "back\\slash", "tab\t", "ctrl\u0001", "ünï 😀", "\u2028", ""];
    log.event("start", { command: "x" });
    log.output("stdout", texts);
    log.output("stderr", [
      { text: "bar", folded: 3 },
      { text: "part", more: true },
      { text: "\ufffd", raw: Buffer.from([255]) },
    ]);
    log.close();
    const events = read(file);
    expect(events.map((event) => event?.seq)).toEqual(events.map((_, index) => index + 1));
    expect(events.slice(1, 1 + texts.length).map((event) => event?.msg)).toEqual(texts);
    expect(events.slice(-3)).toMatchObject([
      { stream: "stderr", msg: "bar", folded: 3 },
      { msg: "part", more: true },
      { msg: "\ufffd", raw: "/w==" },
    ]);
    for (const event of events) expect(event).toMatchObject({ job: "a", run: "20260101-000000" });
  });

  it("hides secrets in output", () => {
    const file = newFile();
    const log = newLog(file, ["s3cret-value"]);
    log.output("stdout", [
      "token=s3cret-value",
      { text: "s3cret-value\ufffd", raw: Buffer.from("s3cret-value\xff", "latin1") },
    ]);
    log.close();
    expect(readFileSync(file, "utf8")).not.toContain("s3cret");
    expect(readFileSync(file, "utf8")).not.toContain(Buffer.from("s3cret").toString("base64").slice(0, 7));
  });

  it("is put back, with all it held, when its folder was removed", () => {
    const file = newFile();
    const log = newLog(file);
    log.output("stdout", ["before"]);
    log.flush();
    rmSync(path.dirname(file), { recursive: true });
    expect(log.restore()).toBe(true);
    log.output("stdout", ["after"]);
    log.close();
    const messages = read(file).map((event) => event?.msg);
    expect(messages.at(-1)).toBe("after");
    if (process.platform === "linux") expect(messages).toEqual(["before", "after"]);
  });

  it("writes batches of any size whole", () => {
    const file = newFile();
    const log = newLog(file);
    const lines = Array.from({ length: 30_000 }, (_, index) => `😀 line ${index} ${"x".repeat(index % 50)}`);
    for (let at = 0; at < lines.length; at += 1000) log.output("stdout", lines.slice(at, at + 1000));
    log.close();
    expect(read(file).map((event) => event?.msg)).toEqual(lines);
  });
});

describe("reading a log (unit)", () => {
  const file = newFile();
  const at = (second: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, second)).toISOString();
  const line = (seq: number, event = "output") =>
    `${JSON.stringify({ ts: at(seq), event, job: "a", seq, msg: `line ${seq} ${"é".repeat(seq % 700)}` })}\n`;

  it("gives the last events, oldest first, across blocks, and where whole lines end", async () => {
    const all = Array.from({ length: 5_000 }, (_, index) => line(index + 1));
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, all.join(""));
    for (const lines of [1, 3, 1000, 4_999, 5_000, 9_999]) {
      const { events, end } = await tailLog(file, { lines });
      expect(events.map(({ seq }) => seq)).toEqual(
        Array.from(
          { length: Math.min(lines, 5_000) },
          (_, index) => 5_000 - Math.min(lines, 5_000) + index + 1,
        ),
      );
      expect(end.at).toBe(Buffer.byteLength(all.join("")));
    }
  });

  it("leaves out a line that is cut off, and what is no event", async () => {
    const other = path.join(path.dirname(file), "b.jsonl");
    writeFileSync(other, `${line(1)}garbage\n{"ts":1}\n{"ts"\n${line(2)}{"ts":"2026-01-01T`);
    const { events, end } = await tailLog(other);
    expect(events.map(({ seq }) => seq)).toEqual([1, 2]);
    expect(readFileSync(other).subarray(end.at).toString()).toBe('{"ts":"2026-01-01T');
  });

  it("filters by event and time", async () => {
    const other = path.join(path.dirname(file), "c.jsonl");
    writeFileSync(other, [line(1), line(2, "heartbeat"), line(3), line(4, "heartbeat"), line(5)].join(""));
    const seqs = async (options: Parameters<typeof tailLog>[1]) =>
      (await tailLog(other, options)).events.map(({ seq }) => seq);
    expect(await seqs({ events: ["heartbeat"], lines: 1 })).toEqual([4]);
    expect(await seqs({ since: Date.parse(at(3)) })).toEqual([3, 4, 5]);
    expect(await seqs({ events: ["output"], since: Date.parse(at(2)) })).toEqual([3, 5]);
  });

  it("finds nothing in a log that is empty or not there", async () => {
    expect(await tailLog(path.join(folder, "none"))).toEqual({ events: [], end: logStart });
    const empty = path.join(folder, "empty");
    writeFileSync(empty, "");
    expect(await tailLog(empty)).toMatchObject({ events: [], end: { part: 1, at: 0 } });
  });

  it("follows what comes, each event once, and ends when told", async () => {
    const other = path.join(folder, "follow.jsonl");
    writeFileSync(other, line(1));
    const seen: (number | undefined)[] = [];
    let over = false;
    const following = followLog(other, logStart, {
      onEvent: ({ seq }) => {
        seen.push(seq);
        if (seq === 1) appendFileSync(other, line(2) + line(3).slice(0, 20));
        if (seq === 2) appendFileSync(other, line(3).slice(20));
        if (seq === 3) over = true;
      },
      isOver: async () => over,
      poll: 20,
    });
    await following;
    expect(seen).toEqual([1, 2, 3]);
  });
});

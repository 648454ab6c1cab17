import { describe, expect, it } from "vitest";
import { parseStatus } from "../../../../extension/core/jobs/status/parse-status.ts";
import { formatStatus, isFinal, type JobStatus } from "../../../../extension/core/jobs/status/status.ts";

const whole: JobStatus = {
  state: "PROGRESS",
  job: "train",
  ts: "2026-01-02T03:04:05.678Z",
  run: "20260102-030405",
  on: "process",
  log: "train-20260102-030405.jsonl",
  started: "2026-01-02T03:04:05.000Z",
  every: 5,
  supervisor: {
    ...{ pid: 12, startTime: "345", bootId: "b-1", host: "node 7" },
    ...{ machine: "m", pidNamespace: "pid:[4026531836]" },
  },
  handle: { pid: "13", start: "346", mark: "train@20260102-030405@00" },
  attempt: 1,
  attempts: 3,
  progress: { done: 3, total: 10, percent: 30, phase: 'linking "a b"', eta: 12.5 },
  reason: "line one\nline two\t\u2028 ünï €=\\",
  cpuSeconds: 1.25,
  memory: 1024,
  command: `sh -c 'echo "x" = y'`,
  cwd: "/tmp/a b",
};

describe("status line (unit)", () => {
  it("comes back as it was, whatever its values hold, and is one line", () => {
    const text = formatStatus(whole);
    expect(parseStatus(text)).toEqual(whole);
    expect(text.split(/[\n\r\u2028\u2029\u0085]/)).toHaveLength(2);
    expect(text.startsWith("PROGRESS job=train ts=2026-01-02T03:04:05.678Z ")).toBe(true);
  });

  it("keeps an empty value and an exit code of 0", () => {
    const ended: JobStatus = { state: "DONE", job: "a", ts: whole.ts, rc: 0, reason: "", handle: {} };
    expect(parseStatus(formatStatus(ended))).toEqual(ended);
  });

  it.each([
    ["START job=b ts=2025-06-01T10:00:00+02:00", "START", {}],
    ["DONE job=b ts=2025-06-01T10:00:00Z rc=0", "DONE", { rc: 0 }],
    [
      "FAILED job=b ts=2025-06-01T10:00:00Z rc=137 reason=out of memory",
      "FAILED",
      { rc: 137, reason: "out of memory" },
    ],
    ["PROGRESS job=b ts=2025-06-01T10:00:00Z pid=4711 msg=step 3 of 9", "PROGRESS", { pid: 4711 }],
  ])("reads the original runner's %s", (line, state, fields) => {
    expect(parseStatus(line)).toMatchObject({ state, job: "b", ...fields });
  });

  it("takes the last line that is one", () => {
    const text = "START job=b ts=2025-06-01T10:00:00Z\nPROGRESS job=b ts=2025-06-01T10:01:00Z\nDONE job=b t";
    expect(parseStatus(text)?.state).toBe("PROGRESS");
    expect(parseStatus(`${text}s=2025-06-01T10:02:00Z rc=0\r\n\n`)).toMatchObject({ state: "DONE", rc: 0 });
  });

  it.each([
    "",
    "\n",
    "STAR",
    "RUNNING job=a ts=2025-06-01T10:00:00Z",
    "DONE job=a",
    "DONE ts=2025-06-01T10:00:00Z",
    "DONE job=a ts=now",
    "\0\0\0",
  ])("finds no status in %j", (text) => {
    expect(parseStatus(text)).toBeUndefined();
  });

  it("leaves out a value that is cut off, and a number that is none", () => {
    expect(parseStatus('FAILED job=a ts=2025-06-01T10:00:00Z rc=x reason="half')).toEqual({
      ...{ state: "FAILED", job: "a", ts: "2025-06-01T10:00:00Z", handle: {} },
    });
  });

  it("knows which states are final", () => {
    const final = (["START", "PROGRESS", "DONE", "FAILED", "STOPPED", "LOST"] as const).filter((state) =>
      isFinal({ state }),
    );
    expect(final).toEqual(["DONE", "FAILED", "STOPPED", "LOST"]);
  });
});

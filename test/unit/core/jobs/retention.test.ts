import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { thisProcess } from "../../../../extension/core/base/lock-holder.ts";
import { logName, partName } from "../../../../extension/core/jobs/layout.ts";
import { pruneJobs } from "../../../../extension/core/jobs/prune.ts";
import { applyRetention } from "../../../../extension/core/jobs/retention.ts";
import type { Runner, RunnerOf } from "../../../../extension/core/jobs/runner.ts";
import { markVariable } from "../../../../extension/core/jobs/runners/process/process-host.ts";
import { processJobRunner } from "../../../../extension/core/jobs/runners/process/process-runner.ts";
import { jobSettings } from "../../../../extension/core/jobs/settings.ts";
import { formatStatus, type JobStatus } from "../../../../extension/core/jobs/status/status.ts";
import { listRuns } from "../../../../extension/core/jobs/store.ts";
import { configSchema } from "../../../../extension/core/project/schema.ts";
import { requires } from "../../../support/requirements.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "sygaldry-retention-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const self = await thisProcess("test");
/** No engine answers here. */
const silent: Runner = { ...processJobRunner, kind: "container", look: () => Promise.resolve(undefined) };
const runnerOf: RunnerOf = (kind) => (kind === "container" ? silent : processJobRunner);
const runOf = (day: number) => `2026010${day}-000000`;

/** A file that was written so many days ago. */
function put(name: string, days: number, size = 100): void {
  const file = path.join(folder, name);
  writeFileSync(file, "x".repeat(size));
  const time = Date.now() / 1000 - days * 86_400;
  utimesSync(file, time, time);
}

function putStatus(job: string, run: string, changes: Partial<JobStatus> = {}): void {
  const { pid, startTime, bootId, host, machine, pidNamespace } = self;
  const supervisor = { pid, startTime, bootId, host, machine, pidNamespace };
  const status: JobStatus = {
    ...{ state: "DONE", job, ts: new Date().toISOString(), run, on: "process", handle: {}, supervisor },
    ...changes,
  };
  writeFileSync(path.join(folder, `${job}.status`), formatStatus(status));
}

/** Three runs of the jobs `live` and `done`, the last of which is at work; each log has two earlier parts. */
function fill(): void {
  for (const job of ["live", "done"]) {
    for (const day of [1, 2, 3]) {
      const log = logName(job, runOf(day));
      put(partName(log, 1), 20 - day);
      put(partName(log, 2), 15 - day);
      put(log, 10 - day);
    }
  }
  putStatus("live", runOf(3), { state: "PROGRESS" });
  putStatus("done", runOf(3));
}

const runs = (pruned: readonly { job: string; run: string }[]) =>
  pruned.map(({ job, run }) => `${job} ${run.slice(7, 8)}`).sort();

describe("the runs that are removed (unit)", () => {
  it("are counted, measured and removed with all their parts", async () => {
    fill();
    put("done-notes.txt", 90);
    expect(await listRuns(folder, "done")).toMatchObject(
      [1, 2, 3].map((day) => ({ run: runOf(day), file: logName("done", runOf(day)), size: 300 })),
    );
    // By the last of its files.
    expect(runs(await pruneJobs(folder, { olderThan: 8.5 * 86_400_000, dryRun: true, runnerOf }))).toEqual([
      "done 1",
      "live 1",
    ]);
    expect(runs(await pruneJobs(folder, { maxSize: 1_300, dryRun: true, runnerOf }))).toEqual([
      "done 1",
      "live 1",
    ]);
    const removed = await pruneJobs(folder, { maxSize: 0, dryRun: false, runnerOf });
    expect(runs(removed)).toEqual(["done 1", "done 2", "done 3", "live 1", "live 2"]);
    expect(removed.map(({ size }) => size)).toEqual([300, 300, 300, 300, 300]);
    const log = logName("live", runOf(3));
    expect(readdirSync(folder).sort()).toEqual(
      ["done-notes.txt", log, partName(log, 1), partName(log, 2), "live.status"].sort(),
    );
  });

  it("are those of a crash between two files too", async () => {
    put(partName(logName("cut", runOf(1)), 1), 9);
    putStatus("cut", runOf(1), { state: "LOST" });
    expect(runs(await pruneJobs(folder, { keep: 0, dryRun: false, runnerOf }))).toEqual(["cut 1"]);
    expect(readdirSync(folder)).toEqual([]);
  });
});

requires("linux")("a lost run (unit)", () => {
  it("is not removed while what it left is, or may be, at work", async () => {
    const mark = `test@${process.pid}`;
    const left = spawn("sleep", ["60"], { env: { [markVariable]: mark }, stdio: "ignore" });
    try {
      put(logName("lost", runOf(1)), 9);
      put(logName("unknown", runOf(1)), 9);
      putStatus("lost", runOf(1), { state: "LOST", handle: { mark } });
      putStatus("unknown", runOf(1), { state: "LOST", on: "container", handle: { mark } });
      expect(await pruneJobs(folder, { maxSize: 0, dryRun: false, runnerOf })).toEqual([]);
    } finally {
      const ended = new Promise((resolve) => left.once("exit", resolve));
      left.kill("SIGKILL");
      await ended;
    }
    expect(runs(await pruneJobs(folder, { maxSize: 0, dryRun: false, runnerOf }))).toEqual(["lost 1"]);
  });
});

describe("retention (unit)", () => {
  it("does what the settings say, and leaves what has just ended for those who wait for it", async () => {
    fill();
    const now = logName("now", runOf(5));
    put(logName("now", runOf(4)), 0);
    put(now, 0);
    putStatus("now", runOf(5));
    await applyRetention(folder, undefined, runnerOf);
    expect(readdirSync(folder)).toHaveLength(23);
    await applyRetention(folder, { keep: 2 }, runnerOf);
    expect((await listRuns(folder, "done")).map(({ run }) => run)).toEqual([runOf(2), runOf(3)]);
    await applyRetention(folder, { maxAge: 7.5 * 86_400 }, runnerOf);
    expect((await listRuns(folder, "done")).map(({ run }) => run)).toEqual([runOf(3)]);
    await applyRetention(folder, { maxSize: 1 }, runnerOf);
    const log = logName("live", runOf(3));
    expect(readdirSync(folder).sort()).toEqual(
      [log, partName(log, 1), partName(log, 2), "live.status", now, "now.status"].sort(),
    );
  });

  it("never fails", async () => {
    await applyRetention(path.join(folder, "none"), { keep: 1 }, runnerOf);
    symlinkSync("a.status", path.join(folder, "a.status"));
    put(logName("a", runOf(1)), 9);
    await expect(pruneJobs(folder, { maxSize: 1, dryRun: false, runnerOf })).rejects.toMatchObject({
      code: "ELOOP",
    });
    await applyRetention(folder, { maxSize: 1 }, runnerOf);
    expect(readdirSync(folder)).toContain(logName("a", runOf(1)));
  });
});

describe("the settings of jobs (unit)", () => {
  const settings = (jobs: unknown) => jobSettings(configSchema.parse({ jobs }));

  it("are nothing unless they are set", () => {
    expect(jobSettings(configSchema.parse({}))).toEqual({});
    expect(settings({ logs: { parts: 2 }, retention: {} })).toEqual({});
  });

  it("are bytes, seconds and counts", () => {
    expect(settings({ logs: { maxSize: "1MB" } }).logs).toEqual({ maxSize: 1_000_000, parts: 4 });
    expect(settings({ logs: { maxSize: "2GiB", parts: 1 } }).logs).toEqual({ maxSize: 2 ** 31, parts: 1 });
    expect(settings({ retention: { maxAge: "30d", maxSize: "1.5GB", keep: 20 } }).retention).toEqual({
      maxAge: 30 * 86_400,
      maxSize: 1.5e9,
      keep: 20,
    });
  });

  it.each([
    { logs: { maxSize: "999kB" } },
    { logs: { maxSize: "large" } },
    { logs: { maxSize: 5_000_000 } },
    { logs: { maxSize: "1GB", parts: 0 } },
    { logs: { maxSize: "1GB", parts: 1.5 } },
    { retention: { maxAge: "0" } },
    { retention: { maxAge: "1 month" } },
    { retention: { maxSize: "0" } },
    { retention: { keep: 0 } },
    { rotation: {} },
  ])("are refused: %j", (jobs) => {
    expect(configSchema.safeParse({ jobs }).success).toBe(false);
  });
});

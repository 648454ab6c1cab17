import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { type LockHolder, thisProcess } from "../../../../extension/core/base/lock-holder.ts";
import {
  checkJobName,
  parseLogName,
  partOfLog,
  runAt,
  timeOfRun,
} from "../../../../extension/core/jobs/layout.ts";
import { pruneJobs } from "../../../../extension/core/jobs/prune.ts";
import { processJobRunner } from "../../../../extension/core/jobs/runners/process/process-runner.ts";
import { judgeStatus } from "../../../../extension/core/jobs/status/liveness.ts";
import { shownStatus } from "../../../../extension/core/jobs/status/shown-status.ts";
import { formatStatus, type JobStatus } from "../../../../extension/core/jobs/status/status.ts";
import { type Job, listJobs, listRuns, readJob } from "../../../../extension/core/jobs/store.ts";
import { reconcile } from "../../../../extension/core/jobs/supervisor/reconcile.ts";
import { watchJobs } from "../../../../extension/core/jobs/watch.ts";

const root = mkdtempSync(path.join(tmpdir(), "sygaldry-jobs-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));
let count = 0;
function newFolder(): string {
  const folder = path.join(root, String(++count));
  mkdirSync(folder);
  return folder;
}

const run = "20260101-000000";
const self = await thisProcess("test");
const identity = ({ pid, startTime, bootId, host, machine, pidNamespace }: LockHolder) => ({
  ...{ pid, startTime, bootId, host, machine, pidNamespace },
});

function live(job: string, changes: Partial<JobStatus> = {}): JobStatus {
  return {
    ...{
      state: "PROGRESS",
      job,
      ts: new Date().toISOString(),
      run,
      on: "process",
      log: `${job}-${run}.jsonl`,
    },
    ...{ every: 5, supervisor: identity(self), handle: {}, ...changes },
  };
}

function put(
  folder: string,
  status: JobStatus,
  log = `{"ts":"2026-01-01T00:00:00Z","event":"start","job":"a","seq":1}\n`,
) {
  writeFileSync(path.join(folder, `${status.job}.status`), formatStatus(status));
  if (status.log !== undefined) writeFileSync(path.join(folder, status.log), log);
}

describe("names of jobs (unit)", () => {
  it.each(["a", "build-tools", "train_3.1", "A".repeat(100)])("allows %s", (name) => {
    expect(checkJobName(name)).toBe(name);
  });

  it.each([
    "",
    "..",
    "../x",
    "a/b",
    ".hidden",
    "-x",
    "a b",
    "a\nb",
    'a"b',
    "a'b",
    "é",
    "A".repeat(101),
    "x".repeat(300),
    "a.status",
    "a\0b",
  ])("refuses %j", (name) => {
    expect(() => checkJobName(name)).toThrow(expect.objectContaining({ code: "SYG-JOB-NAME" }));
  });

  it("tells a log of one job from that of another whose name goes on", () => {
    expect(parseLogName(`a-${run}.jsonl`)).toEqual({ job: "a", run, part: undefined });
    expect(parseLogName(`a-${run}.part12.jsonl`)).toEqual({ job: "a", run, part: 12 });
    expect(parseLogName(`a-b-${run}.jsonl`)?.job).toBe("a-b");
    for (const file of ["a-20260101-000000-1.jsonl", `a-${run}.part0.jsonl`, `a-${run}.part1.x.jsonl`]) {
      expect(parseLogName(file)).toBeUndefined();
    }
    expect(partOfLog(`a-${run}.jsonl`, `a-${run}.part3.jsonl`)).toBe(3);
    expect(partOfLog(`b-${run}.jsonl`, `a-${run}.part3.jsonl`)).toBeUndefined();
    expect(runAt(new Date(Date.UTC(2026, 0, 2, 3, 4, 5)))).toBe("20260102-030405");
    expect(timeOfRun("20260102-030405")).toBe(Date.UTC(2026, 0, 2, 3, 4, 5));
    expect([timeOfRun("20269902-030405"), timeOfRun("2026"), timeOfRun("")]).toEqual(
      Array(3).fill(undefined),
    );
  });
});

describe("whether a job lives (unit)", () => {
  const old = new Date(Date.now() - 3_600_000).toISOString();
  const gone = { ...identity(self), startTime: "1" };
  const elsewhere = { ...gone, pidNamespace: "pid:[1]" };
  it.each<[string, Partial<JobStatus>, string]>([
    ["its supervisor is there", {}, "alive"],
    ["its supervisor is there and silent", { ts: old }, "stalled"],
    ["the process id was given out again", { supervisor: gone }, "dead"],
    ["the process is gone", { supervisor: { ...gone, pid: 2 ** 22 + 1 } }, "dead"],
    ["the machine was restarted", { supervisor: { ...identity(self), bootId: "another" } }, "dead"],
    ["it is on another machine and heard", { supervisor: { ...gone, host: "elsewhere" } }, "alive"],
    [
      "it is on another machine and silent",
      { ts: old, supervisor: { ...gone, host: "elsewhere" } },
      "silent",
    ],
    [
      "it is in another container and silent",
      { ts: old, supervisor: { ...gone, pidNamespace: "pid:[1]" } },
      "silent",
    ],
    ["the clock was set back", { ts: new Date(Date.now() + 86_400_000).toISOString() }, "alive"],
    [
      "the clock was set back and it is gone",
      { ts: new Date(Date.now() + 86_400_000).toISOString(), supervisor: gone },
      "dead",
    ],
    ["it has ended", { state: "DONE", supervisor: gone }, "ended"],
  ])("%s", async (_, changes, life) => {
    expect((await judgeStatus(live("a", changes), self)).life).toBe(life);
  });

  it.each<[string, Partial<JobStatus>, number, string]>([
    ["its own clock was set forward", {}, 5 * 3600, "alive"],
    ["its own clock was set back", {}, -5 * 3600, "alive"],
    ["it is silent, and its own clock was set back", { uptime: 1000 }, -5 * 3600, "silent"],
    ["it is silent, and the machine's uptime is hidden from it", { uptime: 1e9 }, 3600, "silent"],
    ["a container hides the uptime from the supervisor", { uptime: 1 }, 0, "alive"],
    ["the other is another machine", { supervisor: { ...gone, host: "far", bootId: "b" } }, 3600, "silent"],
  ])("for a reader in another container, when %s", async (_, changes, set, life) => {
    const status = live("a", { uptime: 4999, supervisor: elsewhere, ...changes });
    const clocks = { now: Date.now() + set * 1000, up: 5000 };
    expect((await judgeStatus(status, self, undefined, clocks)).life).toBe(life);
  });

  it("asks the file system before a job on another machine is called silent", async () => {
    const folder = newFolder();
    const other = { ...gone, host: "elsewhere", bootId: "another" };
    put(folder, live("ahead", { ts: old, supervisor: other }));
    const ahead = new Date(Date.now() + 5 * 3_600_000).toISOString();
    put(folder, live("behind", { ts: ahead, supervisor: other }));
    put(folder, live("gone", { ts: ahead, supervisor: other }));
    utimesSync(path.join(folder, "gone.status"), new Date(old), new Date(old));
    put(folder, live("silent", { ts: old, supervisor: other }));
    utimesSync(path.join(folder, "silent.status"), new Date(old), new Date(old));
    put(folder, live("odd", { ts: old, supervisor: other }));
    utimesSync(path.join(folder, "odd.status"), new Date(2 ** 42), new Date(2 ** 42));
    const lives = (await listJobs(folder)).map(({ status, verdict }) => `${status.job} ${verdict.life}`);
    expect(lives).toEqual(["ahead alive", "behind alive", "gone silent", "odd silent", "silent silent"]);
    expect((await readJob(folder, "ahead"))?.verdict.life).toBe("alive");
    expect(readdirSync(folder).filter((file) => file.startsWith("."))).toEqual([]);
  });

  it.each<[string, Partial<JobStatus>, string]>([
    ["was heard just now", {}, "alive"],
    ["was not heard for long", { ts: new Date(Date.now() - 2 * 3_600_000).toISOString() }, "dead"],
    ["names a process that is there", { pid: process.pid }, "alive"],
    ["names a process that is not there", { pid: 2 ** 22 + 1 }, "dead"],
    ["names a process that is there, long ago", { pid: process.pid, ts: "2020-01-01T00:00:00Z" }, "dead"],
  ])("the original runner's, which %s", async (_, changes, life) => {
    const status: JobStatus = {
      state: "PROGRESS",
      job: "a",
      ts: new Date().toISOString(),
      handle: {},
      ...changes,
    };
    expect((await judgeStatus(status, self)).life).toBe(life);
  });
});

describe("the store of jobs (unit)", () => {
  it("lists jobs by name, the original runner's and damaged ones too, and nothing else", async () => {
    const folder = newFolder();
    put(folder, live("b"));
    put(folder, live("a", { state: "FAILED", rc: 2 }));
    writeFileSync(
      path.join(folder, "old.status"),
      "START job=old ts=2020-01-01T00:00:00Z\nPROGRESS job=old ts=2020-01-01T01:00:00Z\n",
    );
    writeFileSync(path.join(folder, "empty.status"), "");
    writeFileSync(path.join(folder, ".b.status"), "");
    writeFileSync(path.join(folder, "notes.txt"), "");
    const jobs = (await listJobs(folder)).map(shownStatus);
    expect(jobs.map(({ job, state }) => `${job} ${state}`)).toEqual([
      "a FAILED",
      "b PROGRESS",
      "empty LOST",
      "old LOST",
    ]);
    expect(await listJobs(path.join(folder, "none"))).toEqual([]);
    expect(await readJob(folder, "none")).toBeUndefined();
  });

  it("writes the verdict once, however many readers find out at the same time, and keeps what was logged", async () => {
    const folder = newFolder();
    const before =
      '{"ts":"2026-01-01T00:00:00Z","event":"output","job":"a","seq":7,"msg":"kept"}\n{"ts":"cut o';
    put(folder, live("a", { supervisor: { ...identity(self), startTime: "1" } }), before);
    const job = (await readJob(folder, "a", self)) as Job;
    const found = await Promise.all(Array.from({ length: 12 }, () => reconcile(folder, job, self)));
    expect(found.map(({ status }) => status.state)).toEqual(found.map(() => "LOST"));
    const log = readFileSync(path.join(folder, `a-${run}.jsonl`), "utf8");
    expect(log.startsWith(`${before}\n`)).toBe(true);
    expect(log.match(/"event":"lost"/g)).toHaveLength(1);
    expect((await readJob(folder, "a", self))?.status).toMatchObject({ state: "LOST", cause: "lost", run });
    expect(readdirSync(folder).sort()).toEqual([`a-${run}.jsonl`, "a.status"]);
  });

  it("believes a log that tells the end, when its supervisor was killed before the status could", async () => {
    const folder = newFolder();
    const end = {
      ts: "2026-01-01T00:00:09Z",
      event: "failed",
      job: "a",
      run,
      seq: 8,
      rc: 3,
      cause: "exit",
      msg: "why",
    };
    put(folder, live("a", { supervisor: { ...identity(self), startTime: "1" } }), `${JSON.stringify(end)}\n`);
    const { status } = await reconcile(folder, (await readJob(folder, "a", self)) as Job, self);
    expect(status).toMatchObject({ state: "FAILED", rc: 3, cause: "exit", reason: "why", ended: end.ts });
    expect(readFileSync(path.join(folder, `a-${run}.jsonl`), "utf8").split("\n")).toHaveLength(2);
    expect((await readJob(folder, "a", self))?.status.state).toBe("FAILED");
  });

  it("reads a status again whose supervisor ended between reading and looking for it", async () => {
    const folder = newFolder();
    put(folder, live("a", { supervisor: { ...identity(self), startTime: "1" } }));
    // Whoever looks for the supervisor compares its boot first.
    const looking = {
      ...self,
      get bootId() {
        put(folder, live("a", { state: "DONE", rc: 0 }));
        return self.bootId;
      },
    };
    expect(await readJob(folder, "a", looking)).toMatchObject({
      status: { state: "DONE" },
      verdict: { life: "ended" },
    });
  });

  it("leaves alone what may live, and what the original runner wrote", async () => {
    const folder = newFolder();
    put(folder, live("here"));
    writeFileSync(path.join(folder, "old.status"), "PROGRESS job=old ts=2020-01-01T01:00:00Z\n");
    const texts = () =>
      ["here", "old"].map((job) => readFileSync(path.join(folder, `${job}.status`), "utf8"));
    const before = texts();
    for (const job of await listJobs(folder)) await reconcile(folder, job, self);
    expect(texts()).toEqual(before);
  });

  it("prunes by age, number and size, and never what is at work", async () => {
    const folder = newFolder();
    const log = (job: string, day: number, size: number) => {
      const file = path.join(folder, `${job}-2026010${day}-000000.jsonl`);
      writeFileSync(file, "x".repeat(size));
      const time = Date.now() / 1000 - (10 - day) * 86_400;
      utimesSync(file, time, time);
    };
    const fill = () => {
      for (const job of ["live", "done"]) for (const day of [1, 2, 3]) log(job, day, 100);
      put(folder, live("live", { run: "20260103-000000", log: undefined }));
      put(folder, live("done", { state: "DONE", run: "20260103-000000", log: undefined }));
    };
    const pruned = async (options: Partial<Parameters<typeof pruneJobs>[1]>) =>
      (await pruneJobs(folder, { dryRun: true, runnerOf: () => processJobRunner, ...options }))
        .map(({ job, run: id }) => `${job} ${id.slice(7, 8)}`)
        .sort();
    fill();
    expect(await pruned({ keep: 1 })).toEqual(["done 1", "done 2", "live 1", "live 2"]);
    expect(await pruned({ olderThan: 7.5 * 86_400_000 })).toEqual(["done 1", "done 2", "live 1", "live 2"]);
    expect(await pruned({ maxSize: 400 })).toEqual(["done 1", "live 1"]);
    expect(await listRuns(folder, "done")).toHaveLength(3);
    expect(await pruned({ maxSize: 0, dryRun: false })).toEqual([
      "done 1",
      "done 2",
      "done 3",
      "live 1",
      "live 2",
    ]);
    expect(readdirSync(folder).sort()).toEqual(["live-20260103-000000.jsonl", "live.status"]);
  });

  it("tells which jobs changed", async () => {
    const folder = newFolder();
    let told: (jobs: ReadonlySet<string> | undefined) => void = () => {};
    const change = new Promise<ReadonlySet<string> | undefined>((resolve) => (told = resolve));
    const watcher = await watchJobs(folder, (jobs) => told(jobs));
    writeFileSync(path.join(folder, "other.txt"), "");
    put(folder, live("a"));
    expect(await change).toEqual(new Set(["a"]));
    watcher.dispose();
  });
});

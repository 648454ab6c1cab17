import {
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, it } from "vitest";
import { processRunner } from "../../../extension/core/base/process.ts";
import type { RunHandle } from "../../../extension/core/jobs/runner.ts";
import { makeRunCgroup } from "../../../extension/core/jobs/runners/process/cgroup.ts";
import { ownCgroup } from "../../../extension/core/jobs/runners/process/own-cgroup.ts";
import { variableOf } from "../../../extension/core/jobs/runners/process/process-table.ts";
import { parseStatus } from "../../../extension/core/jobs/status/parse-status.ts";
import { installedCli } from "../../support/installed-cli.ts";
import { inRepository } from "../../support/paths.ts";
import { requires } from "../../support/requirements.ts";
import { runId } from "../../support/run-id.ts";
import { asUser } from "../../support/users.ts";
import { eventually, type JobPlace, jobPlace, kill, running } from "./support.ts";

const daemons = inRepository("test/integration/jobs/daemons.py");

const pidsIn = (folder: string) =>
  readdirSync(folder).flatMap((file) => (file.startsWith("pid.") ? [Number(file.slice(4))] : []));

const gone = (pid: number) => eventually(() => (running([pid]).length === 0 ? true : undefined));

async function groupOf(place: JobPlace, name: string): Promise<string> {
  const { handle } = await place.until(name, (status) => status.handle["pid"] !== undefined);
  return handle["cgroup"] ?? "";
}

requires(
  "linux",
  "cgroup2",
  "python3",
)("the control group of a job (integration)", () => {
  it("gives away, to another process, a daemon that has no other trace of the job, whose supervisor and reaper are dead", async () => {
    await using place = await jobPlace();
    await place.run("lost", "--", "python3", daemons, place.work, "--cleared");
    await eventually(() => (place.output("lost", "stdout").includes("ready") ? true : undefined));
    const group = await groupOf(place, "lost");
    const { supervisor, handle } = place.status("lost") ?? {};
    for (const pid of [supervisor?.pid ?? 0, Number(handle?.["pid"])]) {
      kill(pid);
      await gone(pid);
    }
    const pids = pidsIn(place.work);
    const cleared = pids.filter((pid) => variableOf(pid, "SYGALDRY_JOB_RUN") === undefined);
    expect(cleared).toHaveLength(1);
    // Only what nothing else tells of is left.
    for (const pid of pids.filter((one) => !cleared.includes(one))) kill(pid);
    const inGroup = readFileSync(path.join(group, "cgroup.procs"), "utf8").trim().split("\n").map(Number);
    for (const pid of inGroup.filter((one) => !cleared.includes(one))) {
      kill(pid);
      await gone(pid);
    }
    const health = await place.job("health", "lost", "--json");
    expect(health.json()).toMatchObject({ jobs: [{ state: "LOST", left: 1 }] });
    expect((await place.job("run", "--json", "--name", "lost", "--", "true")).json()).toMatchObject({
      error: { code: "SYG-JOB-RUNNING" },
    });
    expect((await place.job("stop", "lost", "--grace", "0.5")).exitCode).toBe(0);
    expect(running(pids)).toEqual([]);
    expect(existsSync(group)).toBe(false);
  });

  it("is removed when the job ended or was stopped, with groups that its command made", async () => {
    await using place = await jobPlace();
    const made =
      'g=$(sed -n "s/^0:://p" /proc/self/cgroup); m="$1$g/in/ner"; mkdir -p "$m"; echo 0 > "$m/cgroup.procs"';
    await place.run("parent", "--", "sleep", "60");
    const group = await groupOf(place, "parent");
    expect(path.basename(group)).toMatch(/^sygaldry-parent@\d{8}-\d{6}@[0-9a-f]+$/);
    const above = path.dirname(group);
    const mount = mountOf(above);
    await place.run("ends", "--", "sh", "-c", `${made}; until [ -e go ]; do sleep 0.05; done`, "sh", mount);
    const ends = await groupOf(place, "ends");
    await eventually(() => (existsSync(path.join(ends, "in/ner")) ? true : undefined));
    writeFileSync(path.join(place.work, "go"), "");
    await place.job("wait", "ends");
    await place.run(
      "stops",
      "--grace",
      "0.3",
      "--",
      "sh",
      "-c",
      `${made}; trap "" TERM; while :; do sleep 0.05; done`,
      "sh",
      mount,
    );
    const stops = await groupOf(place, "stops");
    await eventually(() => (existsSync(path.join(stops, "in/ner")) ? true : undefined));
    expect((await place.job("stop", "stops", "parent")).exitCode).toBe(0);
    expect([ends, stops, group].filter((folder) => existsSync(folder))).toEqual([]);
    expect(place.status("stops")).toMatchObject({ state: "STOPPED", rc: 137 });
  });

  it("ends what has become another process whenever one looks", async () => {
    await using place = await jobPlace();
    const hop = [
      "import os, signal, time",
      "signal.signal(signal.SIGTERM, signal.SIG_IGN)",
      "if os.fork():",
      "    while True: time.sleep(1)",
      "os.setsid()",
      "print('hops', flush=True)",
      "while True:",
      "    if os.fork(): os._exit(0)",
      "    time.sleep(0.002)",
    ];
    await place.run("hops", "--grace", "0.1", "--", "python3", "-c", hop.join("\n"));
    await eventually(() => (place.output("hops", "stdout").includes("hops") ? true : undefined));
    const group = await groupOf(place, "hops");
    expect((await place.job("stop", "hops")).exitCode).toBe(0);
    expect(place.status("hops")).toMatchObject({ state: "STOPPED", rc: 137 });
    expect(existsSync(group)).toBe(false);
  });

  it("outlives a job that left a server, which stays, and goes when a later job starts", async () => {
    await using place = await jobPlace();
    const server = `setsid sh -c 'echo $$ > ${place.work}/server; exec sleep 600' > /dev/null 2>&1 &`;
    await place.run("leaves", "--shell", "--", `${server} until [ -s server ]; do sleep 0.05; done`);
    expect((await place.job("wait", "leaves")).exitCode).toBe(0);
    const pid = Number(readFileSync(path.join(place.work, "server"), "utf8"));
    const group = await groupOf(place, "leaves");
    expect(running([pid])).toEqual([pid]);
    expect(readFileSync(path.join(group, "cgroup.procs"), "utf8")).toBe(`${pid}\n`);
    const sweep = async () => {
      const next = makeRunCgroup(`next@20260101-000000@${runId}`, path.dirname(group), -1);
      expect(next).toBeDefined();
      await next?.remove();
    };
    await sweep();
    expect(existsSync(group)).toBe(true);
    kill(pid);
    await gone(pid);
    await sweep();
    expect(existsSync(group)).toBe(false);
  });

  it("is another one for a job that a job starts, which is not ended with it", async () => {
    await using place = await jobPlace();
    const cli = [
      process.execPath,
      inRepository("dist", "cli.cjs"),
      "job",
      "run",
      "--name",
      "inner",
      "--",
      "sleep",
      "60",
    ];
    await place.run(
      "outer",
      "--grace",
      "0.1",
      "--",
      "sh",
      "-c",
      '"$@"; trap "" TERM; while :; do sleep 0.05; done',
      "sh",
      ...cli,
    );
    const [outer, inner] = [await groupOf(place, "outer"), await groupOf(place, "inner")];
    expect(path.dirname(inner)).toBe(path.dirname(outer));
    expect((await place.job("stop", "outer")).exitCode).toBe(0);
    expect(existsSync(outer)).toBe(false);
    expect((await place.job("health", "inner")).exitCode).toBe(0);
    expect((await place.job("stop", "inner")).exitCode).toBe(0);
    expect(existsSync(inner)).toBe(false);
  });

  it("is one of its own for each attempt", async () => {
    await using place = await jobPlace();
    // Before it has a session of its own it would be ended with the attempt.
    const server = 'setsid sh -c "touch up.$$; exec sleep 600" > /dev/null 2>&1 &';
    const line = `sed -n 's/^0:://p' /proc/self/cgroup; ${server} until [ -e up.$$ ]; do sleep 0.05; done; exit 1`;
    await place.run("again", "--retries", "1", "--retry-delay", "0.1", "--shell", "--", line);
    await place.job("wait", "again");
    const groups = place.output("again", "stdout").map((group) => path.basename(group));
    expect(new Set(groups).size).toBe(2);
    expect(groups[1]).toBe(`${groups[0]}-2`);
    const last = await groupOf(place, "again");
    for (const group of [last.replace(/-2$/, ""), last]) {
      for (const pid of readFileSync(path.join(group, "cgroup.procs"), "utf8").trim().split("\n")) {
        kill(Number(pid));
        await gone(Number(pid));
      }
    }
    await makeRunCgroup(`next@20260101-000000@${runId}`, path.dirname(last), -1)?.remove();
    expect(existsSync(last)).toBe(false);
  });
});

const user = { uid: 54_321, gid: 54_321, groups: [] };

/** A job with daemons of a user without rights, who starts it in the group with this `entrance` and stops it; gives its handle. */
async function runAsUser(entrance: string): Promise<RunHandle> {
  const root = mkdtempSync(path.join(tmpdir(), `sygaldry-test-${runId}-`));
  const work = path.join(root, "work");
  mkdirSync(work);
  for (const folder of [root, work]) chownSync(folder, user.uid, user.gid);
  const storage = path.join(root, "storage");
  const env = {
    PATH: process.env["PATH"],
    SYGALDRY_PROJECT_ID: "jobs",
    SYGALDRY_CONTAINER_ROOT: storage,
  };
  const job = (from: string, ...args: readonly string[]) => {
    const cli = { command: process.execPath, args: [installedCli(), "job", ...args], cwd: work, env };
    const { command, args: rest, ...where } = asUser(user, root, cli);
    const line = 'echo 0 > "$1"; shift; exec "$@"';
    return processRunner.run({ ...where, command: "sh", args: ["-c", line, "sh", from, command, ...rest] });
  };
  try {
    const script = [readFileSync(daemons, "utf8"), work, "--cleared"];
    const run = ["run", "--name", "plain", "--grace", "0.5", "--", "python3", "-c", ...script];
    const started = await job(entrance, ...run);
    expect(started.exitCode, started.stderr).toBe(0);
    await eventually(() => (pidsIn(work).length === 3 ? true : undefined));
    const file = path.join(storage, "jobs/bazel_cache/zephyr_jobs/plain.status");
    const { handle } = parseStatus(readFileSync(file, "utf8")) ?? { handle: {} };
    expect((await job("/dev/null", "stop", "plain")).exitCode).toBe(0);
    expect(running(pidsIn(work))).toEqual([]);
    return handle;
  } finally {
    for (const pid of pidsIn(work)) kill(pid);
    rmSync(root, { recursive: true, force: true });
  }
}

requires(
  "linux",
  "root",
  "perl",
  "setpriv",
  "python3",
)("a job of a user without rights (integration)", () => {
  it("runs, and is ended with its daemons, where no group may be made", async () => {
    expect(Object.keys(await runAsUser("/dev/null")).sort()).toEqual(["mark", "pid", "reaper", "start"]);
  });
});

requires(
  "linux",
  "cgroup2",
  "root",
  "perl",
  "setpriv",
  "python3",
)("a job in a delegated group (integration)", () => {
  it("has a group of its own below that one, and removes it", async () => {
    // As systemd gives a group to a user.
    const delegated = path.join(ownCgroup("unified") ?? "", `sygaldry-test-${runId}-delegated`);
    mkdirSync(delegated);
    try {
      const entrance = path.join(delegated, "cgroup.procs");
      for (const file of [delegated, entrance]) chownSync(file, user.uid, user.gid);
      const { cgroup } = await runAsUser(entrance);
      expect(path.dirname(cgroup ?? "")).toBe(delegated);
      expect(existsSync(cgroup ?? "")).toBe(false);
      await eventually(() => (readFileSync(entrance, "utf8") === "" ? true : undefined));
    } finally {
      rmdirSync(delegated);
    }
  });
});

/** Where version 2 is mounted, by the group's path below it. */
function mountOf(folder: string): string {
  const group = /^0::(.*)$/m.exec(readFileSync("/proc/self/cgroup", "utf8"))?.[1] ?? "/";
  return group === "/" ? folder : folder.slice(0, -group.length);
}

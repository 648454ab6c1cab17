import { existsSync } from "node:fs";
import { mkdir, readdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import { logName } from "../../../extension/core/jobs/layout.ts";
import { tailLog } from "../../../extension/core/jobs/log/tail-log.ts";
import { createProgressReader } from "../../../extension/core/jobs/progress/reader.ts";
import { pruneJobs } from "../../../extension/core/jobs/prune.ts";
import { type SlurmOptions, slurmRunner } from "../../../extension/core/jobs/runners/slurm/slurm-runner.ts";
import type { JobStatus } from "../../../extension/core/jobs/status/status.ts";
import { readJob } from "../../../extension/core/jobs/store.ts";
import { supervise } from "../../../extension/core/jobs/supervisor/supervise.ts";
import { sygaldry } from "../../support/cli.ts";
import { requires } from "../../support/requirements.ts";
import { type PrivateSlurm, startPrivateSlurm } from "../../support/slurm.ts";

requires("linux", "slurm")("a job on Slurm, with its supervisor (integration)", () => {
  let slurm: PrivateSlurm;
  let folder: string;

  beforeAll(async () => {
    slurm = await startPrivateSlurm();
    folder = path.join(slurm.folder, "zephyr_jobs");
    await mkdir(folder);
  }, 60_000);

  afterAll(async () => {
    await slurm?.[Symbol.asyncDispose]();
  });

  function start(
    job: string,
    script: string,
    { timeout, ...options }: Partial<SlurmOptions> & { readonly timeout?: number } = {},
  ): Promise<void> {
    const request = {
      timeout,
      ...{
        folder,
        job,
        chosen: true,
        argv: ["sh", "-c", script],
        cwd: "/",
        env: {},
        secrets: [],
        retries: 0,
      },
      ...{ retryDelay: 0, after: [], grace: 5, every: 1, diskPatience: 5 },
    };
    const runner = slurmRunner({ folder, env: slurm.env, ...options });
    return supervise(request, {
      ...{ runner, runnerOf: () => runner },
      recogniser: createProgressReader,
      onClaimed: () => {},
    });
  }

  async function until(job: string, condition: (status: JobStatus) => boolean): Promise<JobStatus> {
    for (;;) {
      const status = (await readJob(folder, job))?.status;
      if (status !== undefined && condition(status)) return status;
      await delay(50);
    }
  }

  it("waits with Slurm's reason, is at work on a node with progress, and ends", {
    timeout: 60_000,
  }, async () => {
    const blocker = (
      await slurm.run("sbatch", "--parsable", "--exclusive", "--output=/dev/null", "--wrap=sleep 300")
    ).trim();
    const over = start("queued", "echo '::sygaldry progress=1/4 phase=train::'; sleep 2; exit 0", {
      resources: { cpus: 8 },
    });
    const waits = await until("queued", ({ reason }) => reason !== undefined);
    expect(waits).toMatchObject({ state: "START", on: "slurm" });
    expect(waits.reason).toMatch(/^waits for its turn: (?:Resources|Priority|None)/);
    await slurm.run("scancel", blocker);
    const works = await until(
      "queued",
      ({ state, progress }) => state === "PROGRESS" && progress !== undefined,
    );
    expect(works).toMatchObject({
      state: "PROGRESS",
      progress: { percent: 25, done: 1, total: 4, phase: "train" },
    });
    expect(works.handle).toMatchObject({ node: slurm.node, runs: "command" });
    expect(works.reason).toBeUndefined();
    await over;
    expect((await readJob(folder, "queued"))?.status).toMatchObject({ state: "DONE", rc: 0 });
  });

  it("has all of its time at work, however long it was queued", { timeout: 90_000 }, async () => {
    const blocker = (
      await slurm.run("sbatch", "--parsable", "--exclusive", "--output=/dev/null", "--wrap=sleep 300")
    ).trim();
    const quick = start("quick", "sleep 1; echo in time", { timeout: 4 });
    const slow = start("slow", "echo begun; sleep 300", { timeout: 4 });
    await until("quick", ({ reason }) => reason !== undefined);
    // Longer in the queue than either may be at work.
    await until("quick", ({ state, elapsed = 0 }) => state !== "START" || elapsed > 6);
    expect((await readJob(folder, "quick"))?.status.state).toBe("START");
    expect((await readJob(folder, "slow"))?.status.state).toBe("START");
    await slurm.run("scancel", blocker);
    await Promise.all([quick, slow]);
    expect((await readJob(folder, "quick"))?.status).toMatchObject({ state: "DONE", rc: 0 });
    expect((await readJob(folder, "slow"))?.status).toMatchObject({
      ...{ state: "FAILED", cause: "timeout", rc: 124, reason: "took longer than 4 s" },
    });
  });

  it("is STOPPED by who cancels it in Slurm, and FAILED by its exit code", { timeout: 60_000 }, async () => {
    const over = start("cancelled", "echo up; sleep 300");
    const { handle } = await until("cancelled", ({ state }) => state === "PROGRESS");
    await slurm.run("scancel", handle["slurm"] ?? "");
    await over;
    expect((await readJob(folder, "cancelled"))?.status).toMatchObject({
      ...{ state: "STOPPED", cause: "stopped", reason: "it was cancelled in Slurm" },
    });
    await start("failed", "echo broken >&2; exit 3");
    const failed = (await readJob(folder, "failed"))?.status;
    expect(failed).toMatchObject({ state: "FAILED", rc: 3, cause: "exit", reason: "exited with 3: broken" });
    const { events } = await tailLog(path.join(folder, logName("failed", failed?.run ?? "")), { lines: 20 });
    expect(events.map(({ event }) => event)).toEqual(
      expect.arrayContaining(["start", "attempt", "output", "end", "failed"]),
    );
  });

  it("is pruned with the files of its run", { timeout: 60_000 }, async () => {
    await start("pruned", "true");
    expect((await readdir(folder)).filter((name) => name.startsWith("pruned-"))).toHaveLength(2);
    await pruneJobs(folder, {
      keep: 0,
      dryRun: false,
      runnerOf: () => slurmRunner({ folder, env: slurm.env }),
    });
    expect((await readdir(folder)).filter((name) => name.startsWith("pruned-"))).toEqual([]);
  });

  it("is started, waited for and stopped by the command line", { timeout: 90_000 }, async () => {
    const options = {
      cwd: slurm.folder,
      env: {
        ...slurm.env,
        SYGALDRY_PROJECT_ID: "demo",
        SYGALDRY_CONTAINER_ROOT: slurm.folder,
        SECRET_TOKEN: "s3cr3t-value",
      },
    };
    const job = (...args: readonly string[]) => sygaldry(["job", ...args], options);
    const script = 'echo "$SLURM_CPUS_PER_TASK|$1|$SECRET_TOKEN"; exit 6';
    const asked = ["--on", "slurm", "--cpus", "2", "--mem", "100M", "--time", "5m"];
    const started = await job(
      "run",
      "--name",
      "cli",
      ...asked,
      "--json",
      "--",
      "sh",
      "-c",
      script,
      "sh",
      "a\nb",
    );
    expect(started).toMatchObject({ exitCode: 0, stderr: "" });
    expect((await job("wait", "cli")).exitCode).toBe(6);
    const shown = (await job("status", "cli", "--json")).json();
    expect(shown).toMatchObject({ job: "cli", state: "FAILED", rc: 6, on: "slurm" });
    const { stdout } = await job("tail", "cli", "--event", "output");
    expect(stdout).toMatch(/^2\|a\nb\|/);
    expect(stdout + JSON.stringify(shown)).not.toContain("s3cr3t");

    await job("run", "--name", "long", "--on", "slurm", "--", "sleep", "300");
    expect((await job("stop", "long")).exitCode).toBe(0);
    expect((await job("status", "long", "--json")).json()).toMatchObject({ state: "STOPPED" });
    expect(await slurm.run("squeue", "--noheader", "--name=long")).toBe("");

    expect(await job("run", "--cpus", "2", "--", "true")).toMatchObject({ exitCode: 2 });
    const unusable = [
      ...[
        ["--mem", "lots"],
        ["--within", "docker"],
        ["--within", "lxc:image"],
        ["--within", "docker:-image"],
      ],
      ...[
        ["--mount", "/a:/b"],
        ["--within", "docker:image", "--mount", "/a"],
      ],
      ["--within", "docker:image", "--mount", "a:/b"],
    ];
    for (const options of unusable) {
      const refused = await job(
        "run",
        "--name",
        "refused",
        "--on",
        "slurm",
        ...options,
        "--json",
        "--",
        "true",
      );
      expect(refused.exitCode, options.join(" ")).toBe(2);
      expect(refused.json()).toMatchObject({ error: { code: "SYG-USAGE" } });
    }
    expect(await job("run", "--within", "docker:image", "--", "true")).toMatchObject({ exitCode: 2 });
    expect((await job("status", "refused", "--json")).json()).toMatchObject({
      error: { code: "SYG-JOB-MISSING" },
    });
  });

  it("is told as it ended when its supervisor is gone, from what the node wrote", {
    timeout: 60_000,
  }, async () => {
    const env = { ...slurm.env, SYGALDRY_PROJECT_ID: "demo", SYGALDRY_CONTAINER_ROOT: slurm.folder };
    const job = (...args: readonly string[]) => sygaldry(["job", ...args], { cwd: slurm.folder, env });
    const started = await job(
      "run",
      "--name",
      "orphan",
      "--on",
      "slurm",
      "--json",
      "--",
      "sh",
      "-c",
      "sleep 2; exit 8",
    );
    const { supervisor, status } = started.json() as { readonly supervisor: number; readonly status: string };
    const own = path.dirname(status);
    const handle = async () => (await readJob(own, "orphan"))?.status.handle ?? {};
    while ((await handle())["slurm"] === undefined) await delay(20);
    process.kill(supervisor, "SIGKILL");
    const end = path.join((await handle())["folder"] ?? "", "end");
    while (!existsSync(end)) await delay(50);
    expect((await job("wait", "orphan")).exitCode).toBe(8);
    const shown = (await job("status", "orphan", "--json")).json();
    expect(shown).toMatchObject({ state: "FAILED", rc: 8, cause: "exit" });
  });

  it("is cancelled by stop when its supervisor is gone, and health says that it still runs", {
    timeout: 60_000,
  }, async () => {
    const env = { ...slurm.env, SYGALDRY_PROJECT_ID: "demo", SYGALDRY_CONTAINER_ROOT: slurm.folder };
    const job = (...args: readonly string[]) => sygaldry(["job", ...args], { cwd: slurm.folder, env });
    const started = await job("run", "--name", "left", "--on", "slurm", "--json", "--", "sleep", "300");
    const { supervisor, status } = started.json() as { readonly supervisor: number; readonly status: string };
    const state = async () => (await readJob(path.dirname(status), "left"))?.status.state;
    while ((await state()) !== "PROGRESS") await delay(20);
    process.kill(supervisor, "SIGKILL");
    while (existsSync(`/proc/${supervisor}`)) await delay(20);
    const health = await job("health", "left");
    expect(health.exitCode).toBe(1);
    expect(health.stdout + health.stderr).toMatch(
      /Slurm job \d+ is still running: `sygaldry job stop left` cancels it/,
    );
    expect((await job("run", "--name", "left", "--json", "--", "true")).json()).toMatchObject({
      error: { code: "SYG-JOB-RUNNING", message: expect.stringContaining("is still running") },
    });
    expect(await job("stop", "left", "--grace", "1")).toMatchObject({ exitCode: 0 });
    expect(await slurm.run("squeue", "--noheader", "--name=left", "--states=running")).toBe("");
  });

  it("is taken over by another supervisor, with all its output, when its own is gone", {
    timeout: 90_000,
  }, async () => {
    const env = { ...slurm.env, SYGALDRY_PROJECT_ID: "demo", SYGALDRY_CONTAINER_ROOT: slurm.folder };
    const job = (...args: readonly string[]) => sygaldry(["job", ...args], { cwd: slurm.folder, env });
    const go = path.join(slurm.folder, "go");
    const script = `echo one; until [ -e '${go}' ]; do sleep 0.1; done; echo two; exit 3`;
    const started = await job("run", "--name", "heir", "--on", "slurm", "--json", "--", "sh", "-c", script);
    const { supervisor, status, run } = started.json() as Readonly<Record<string, string>> & {
      supervisor: number;
    };
    const own = path.dirname(status ?? "");
    const state = async () => (await readJob(own, "heir"))?.status.state;
    expect((await job("adopt", "heir")).stderr).toContain("error[SYG-JOB-RUNNING]");
    while ((await state()) !== "PROGRESS") await delay(20);
    process.kill(supervisor, "SIGKILL");
    while (existsSync(`/proc/${supervisor}`)) await delay(20);
    expect((await job("status", "heir", "--json")).json()).toMatchObject({ state: "LOST" });

    const adopted = await job("adopt", "heir", "--json");
    expect(adopted.exitCode, adopted.stderr).toBe(0);
    while ((await state()) !== "PROGRESS") await delay(20);
    const now = (await readJob(own, "heir"))?.status;
    expect(now).toMatchObject({ on: "slurm", command: expect.stringContaining("echo one") });
    expect(now?.run).not.toBe(run);
    // The run that it took over has the files in which it goes on.
    expect(
      await pruneJobs(own, {
        keep: 0,
        dryRun: true,
        runnerOf: () => slurmRunner({ folder: own, env: slurm.env }),
      }),
    ).not.toContainEqual(expect.objectContaining({ run }));
    await writeFile(go, "");
    expect((await job("wait", "heir")).exitCode).toBe(3);
    const told = (await job("tail", "heir", "--event", "output", "--json")).json();
    expect(told).toMatchObject({ events: [{ msg: "one" }, { msg: "two" }] });
    const before = (await job("tail", "heir", "--run", run ?? "", "-n", "1", "--json")).json();
    expect(before).toMatchObject({ events: [{ event: "lost" }] });
    const late = await job("adopt", "heir");
    expect(late.stderr).toContain("error[SYG-JOB]: the job heir has ended: FAILED");
  });

  it("is LOST with its node", { timeout: 60_000 }, async () => {
    const over = start("lost", "echo up; sleep 300");
    await until("lost", ({ state }) => state === "PROGRESS");
    await slurm.run("scontrol", "update", `NodeName=${slurm.node}`, "State=DOWN", "Reason=test");
    await over;
    const lost = (await readJob(folder, "lost"))?.status;
    expect(lost).toMatchObject({ state: "LOST", cause: "lost" });
    expect(lost?.reason).toMatch(/^the node failed on /);
  });
});

import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { parseStatus } from "../../../extension/core/jobs/status/parse-status.ts";
import type { JobStatus } from "../../../extension/core/jobs/status/status.ts";
import { docker } from "../../support/docker.ts";
import { requires } from "../../support/requirements.ts";
import { createSlimProject, type SlimProject, slim } from "../../support/slim-project.ts";
import { eventually, kill } from "./support.ts";

requires(
  "linux",
  "root",
  "base",
  "host-pids",
)("jobs in the dev container (integration, Docker)", () => {
  let project: SlimProject;
  let container: string;

  beforeAll(async () => {
    project = await createSlimProject({
      config: {
        ...{ ...slim, resources: { memory: "256m" } },
        secrets: { API_KEY: { file: "keys/api", as: "env" } },
      },
      files: { "data/a b.txt": "here\n", "keys/api": "hidden-value\n" },
      owner: { uid: 1234, gid: 5678 },
    });
    container = (await project.up()).containerId;
  });
  afterAll(() => project?.[Symbol.asyncDispose]());

  const job = (...args: readonly string[]) => project.run(["job", ...args]);
  const status = (name: string): JobStatus | undefined => parseStatus(readFileSync(statusFile(name), "utf8"));
  const statusFile = (name: string) =>
    path.join(
      project.workspace.storage,
      project.workspace.projectId,
      "bazel_cache/zephyr_jobs",
      `${name}.status`,
    );

  async function run(name: string, ...args: readonly string[]): Promise<void> {
    const started = await job("run", "--on", "container", "--name", name, ...args);
    expect(started.exitCode, started.stderr).toBe(0);
  }

  const until = (name: string, is: (now: JobStatus) => boolean) =>
    eventually(() => {
      const now = status(name);
      return now !== undefined && is(now) ? now : undefined;
    });

  const atWork = (name: string) => until(name, ({ state }) => state === "PROGRESS");

  /** What the container's processes sleep for, of those numbers that begin so. */
  async function sleepers(word: string): Promise<readonly string[]> {
    const script = 'for file in /proc/[0-9]*/cmdline; do tr "\\0" " " <"$file" 2>/dev/null; echo; done';
    const { stdout } = await docker(["exec", "--user", "0", container, "sh", "-c", script]);
    const found = stdout.split("\n").map((line) => /^(?:\/bin\/)?sleep (\d+) $/.exec(line)?.[1] ?? "");
    return found.filter((seconds) => seconds.startsWith(word)).sort();
  }

  it("hands arguments, folder and variables over exactly as given, and brings all output", async () => {
    const script =
      'for each in "$@"; do printf "<%s>" "$each"; done; pwd; printf "%s\\n" "$GREETING"; id -u; id -g; echo no >&2; exit 7';
    const args = ["a b", "q\"u'o$t`e", "", "new\nline", "--name"];
    await run("args", "--env", "GREETING=two words", "--", "sh", "-c", script, "sh", ...args);
    expect((await job("wait", "args")).exitCode).toBe(7);
    const { stdout } = await job("tail", "args", "--event", "output", "--json");
    const { events } = JSON.parse(stdout) as { events: { stream: string; msg: string }[] };
    const said = (stream: string) =>
      events
        .filter((event) => event.stream === stream)
        .map(({ msg }) => msg)
        .join("\n");
    expect(said("stdout")).toBe(`<a b><q"u'o$t\`e><><new\nline><--name>/workspace\ntwo words\n1234\n5678`);
    expect(said("stderr")).toBe("no");
    expect(status("args")).toMatchObject({ state: "FAILED", rc: 7, cause: "exit", on: "container" });
  });

  it("hides the secrets that sygaldry.yaml gives commands in the container", async () => {
    await run("secret", "--", "sh", "-c", 'echo "it is <$API_KEY>"');
    expect((await job("wait", "secret")).exitCode).toBe(0);
    expect((await job("tail", "secret", "--event", "output")).stdout.trim()).toBe("it is <***>");
  });

  it("measures, and tells progress", async () => {
    await run("measured", "--", "sh", "-c", 'echo "[1 / 4] building"; while :; do :; done');
    const now = await until(
      "measured",
      ({ cpuSeconds, progress }) => (cpuSeconds ?? 0) > 0.2 && progress !== undefined,
    );
    expect(now.progress?.percent).toBe(25);
    expect(now.memory).toBeGreaterThan(100_000);
    expect((await job("stop", "measured")).exitCode).toBe(0);
  });

  it("tells the GPU memory of its own processes, by the ids that the host has for them", async () => {
    const { path: folder } = project.workspace;
    // Says that every process of this machine holds 1 MiB.
    const standIn = '#!/bin/sh\nfor each in /proc/[0-9]*; do echo "${each#/proc/}, 1"; done\n';
    writeFileSync(path.join(folder, "nvidia-smi"), standIn, { mode: 0o755 });
    const PATH = `${folder}:${process.env["PATH"]}`;
    const args = ["job", "run", "--on", "container", "--name", "gpu", "--", "sleep", "7761"];
    expect((await project.run(args, { PATH })).exitCode).toBe(0);
    const { gpuMemory } = await until("gpu", (now) => now.gpuMemory !== undefined);
    expect((await job("stop", "gpu")).exitCode).toBe(0);
    // The command and its reaper.
    expect(gpuMemory).toBe(2 * 1024 * 1024);
  });

  it("ends everything it started, root's and daemons that ignore TERM too, and nothing else", async () => {
    await docker(["exec", "-d", container, "sleep", "7771"]);
    const daemon =
      'use POSIX; exit if fork; setsid(); exit if fork; %ENV = (); $SIG{TERM} = "IGNORE"; exec "/bin/sleep", "7772"';
    const script = 'perl -e "$1"; sudo -n sleep 7773 & setsid sleep 7774 & sleep 7775';
    await run("tree", "--grace", "1s", "--", "sh", "-c", script, "sh", daemon);
    await expect.poll(() => sleepers("777"), { timeout: 20_000 }).toHaveLength(5);
    const stopped = await job("stop", "tree");
    expect(stopped.exitCode, stopped.stderr).toBe(0);
    expect(status("tree")).toMatchObject({ state: "STOPPED", cause: "stopped" });
    expect(await sleepers("777")).toEqual(["7771"]);
  });

  it("leaves a server that made a session of its own when the command has ended by itself", async () => {
    await run("server", "--", "sh", "-c", "setsid sleep 7781 & sleep 7782 & exit 0");
    expect((await job("wait", "server")).exitCode).toBe(0);
    expect(await sleepers("778")).toEqual(["7781"]);
  });

  it("says why it cannot start", async () => {
    await run("missing", "--", "no-such-program");
    expect((await job("wait", "missing")).exitCode).toBe(127);
    expect(status("missing")).toMatchObject({ state: "FAILED", cause: "start" });
    expect(status("missing")?.reason).toContain("no-such-program");
    await run("nowhere", "--cwd", "/no/such", "--", "ls");
    await job("wait", "nowhere");
    expect(status("nowhere")?.reason).toContain("/no/such does not exist in the container");
  });

  it("says that memory was short", async () => {
    const greedy = 'my $all = ""; $all .= "x" x 10_000_000 for 1 .. 100; print "never\\n"';
    await run("greedy", "--", "perl", "-e", greedy);
    expect((await job("wait", "greedy")).exitCode).toBe(137);
    expect(status("greedy")).toMatchObject({ state: "FAILED", cause: "oom", rc: 137, signal: "SIGKILL" });
  });

  it("tells what a lost supervisor left, and ends it", async () => {
    await run("orphan", "--", "sleep", "7791");
    await expect.poll(() => sleepers("7791"), { timeout: 20_000 }).toHaveLength(1);
    kill((await atWork("orphan")).supervisor?.pid ?? 0);
    const health = await job("health", "orphan");
    expect(health.exitCode).toBe(1);
    expect(health.stdout).toContain("1 of its processes still run");
    const again = await job("run", "--on", "container", "--name", "orphan", "--", "true");
    expect(again.stderr).toContain("SYG-JOB-RUNNING");
    expect((await job("stop", "orphan")).exitCode).toBe(0);
    expect(await sleepers("7791")).toEqual([]);
    expect(status("orphan")?.state).toBe("LOST");
  });

  it("is lost with the reason when its container is restarted, and tries again where it is asked to", async () => {
    await run("restarted", "--", "sleep", "7801");
    await run("stubborn", "--retries", "1", "--retry-delay", "1s", "--", "sleep", "7802");
    await atWork("restarted");
    await atWork("stubborn");
    await docker(["restart", "-t", "0", container]);
    await job("wait", "restarted");
    expect(status("restarted")).toMatchObject({ state: "LOST", cause: "lost" });
    expect(status("restarted")?.reason).toMatch(/^its container \S+ was (stopped|restarted)/);
    await until("stubborn", ({ state, attempt }) => state === "PROGRESS" && attempt === 2);
    expect((await job("stop", "stubborn")).exitCode).toBe(0);
  });

  it("is lost with the reason when its container is removed, and a new one is refused then", async () => {
    await run("removed", "--", "sleep", "7811");
    await atWork("removed");
    await docker(["rm", "-f", container]);
    await job("wait", "removed");
    expect(status("removed")).toMatchObject({ state: "LOST", cause: "lost" });
    expect(status("removed")?.reason).toMatch(/^its container \S+ was (removed|stopped)/);
    const refused = await job("run", "--on", "container", "--name", "late", "--", "true");
    expect(refused.exitCode).toBe(1);
    expect(refused.stderr).toContain("error[SYG-NO-CONTAINER]");
  });
});

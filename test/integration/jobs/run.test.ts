import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { processState } from "../../../extension/core/base/process-start.ts";
import { inRepository } from "../../support/paths.ts";
import { requires } from "../../support/requirements.ts";
import { eventually, jobPlace, kill, running } from "./support.ts";

const show =
  'process.stdout.write(JSON.stringify([process.argv.slice(1), process.cwd(), process.env.SHOWN]) + "\\n")';

describe("sygaldry job run (integration)", () => {
  it("hands arguments, folder and variables over exactly as given", async () => {
    await using place = await jobPlace();
    const args = ["a b", "", "it's", '"q"', "new\nline", "$HOME", "*", "-x", "--", "ünï"];
    await place.run("args", "--env", "SHOWN=x=y z", "--", process.execPath, "-e", show, "--", ...args);
    expect((await place.job("wait", "args")).exitCode).toBe(0);
    expect(JSON.parse(place.output("args", "stdout").join("\n"))).toEqual([args, place.work, "x=y z"]);
    expect(place.status("args")).toMatchObject({ state: "DONE", rc: 0, cause: "exit", attempt: 1 });
  });

  it("gives the command's exit code, its last words and the cause, in --json too", async () => {
    await using place = await jobPlace();
    const line = "echo out; echo first >&2; echo last > /dev/stderr; exit 7";
    await place.run("fails", "--shell", "--", line);
    const waited = await place.job("wait", "fails", "--json");
    expect(waited.exitCode).toBe(7);
    expect(waited.json()).toMatchObject({
      jobs: [
        { job: "fails", state: "FAILED", rc: 7, cause: "exit", reason: "exited with 7: last", live: false },
      ],
    });
    expect(place.events("fails").at(-1)).toMatchObject({ event: "failed", rc: 7, stderr: ["first", "last"] });
    const shown = await place.job("status", "fails", "--json");
    expect(shown.json()).toMatchObject({ job: "fails", state: "FAILED", rc: 7 });
    expect((await place.job("health", "fails")).exitCode).toBe(1);
  });

  it.each([
    ["a signal", ["--shell", "--", "kill -SEGV $$"], { rc: 139, cause: "signal", signal: "SIGSEGV" }],
    ["a program that is not there", ["--", "/none/such"], { rc: 127, cause: "start" }],
    ["a program that may not be executed", ["--", "/etc/passwd"], { rc: 126, cause: "start" }],
    ["a timeout", ["--timeout", "0.3", "--grace", "1", "--", "sleep", "60"], { rc: 124, cause: "timeout" }],
    [
      "a full disk that it met itself",
      ["--shell", "--", "cat /etc/passwd > /dev/full"],
      { cause: "disk-full" },
    ],
  ])("tells that the cause was %s", async (_, args, fields) => {
    await using place = await jobPlace();
    await place.run("fails", ...args);
    await place.job("wait", "fails");
    expect(place.status("fails")).toMatchObject({ state: "FAILED", ...fields });
  });

  it("refuses a limit of no time, and waits for longer than a timer of Node can", async () => {
    await using place = await jobPlace();
    const refused = await place.job("run", "--timeout", "0", "--", "true");
    expect(refused.exitCode).toBe(2);
    expect(refused.stderr).toContain("--timeout <time>");
    await place.run("long", "--timeout", "30d", "--", "sleep", "1");
    const waited = await place.job("wait", "--timeout", "30d", "long");
    expect(waited.exitCode, waited.stderr).toBe(0);
    expect(waited.stderr).not.toContain("TimeoutOverflowWarning");
  });

  it("tries again after a failure, in one log", async () => {
    await using place = await jobPlace();
    const line = 'n=$(cat n 2>/dev/null || echo 0); n=$((n+1)); echo $n > n; echo try $n; [ "$n" = 3 ]';
    await place.run("again", "--retries", "5", "--retry-delay", "0.1", "--shell", "--", line);
    expect((await place.job("wait", "again")).exitCode).toBe(0);
    expect(place.output("again", "stdout")).toEqual(["try 1", "try 2", "try 3"]);
    expect(place.status("again")).toMatchObject({ state: "DONE", attempt: 3, attempts: 6 });
    const seqs = place.events("again").map(({ seq }) => seq);
    expect(seqs).toEqual(seqs.map((__, index) => index + 1));
  });

  it("starts after others, and not after one that failed", async () => {
    await using place = await jobPlace();
    await place.run("first", "--shell", "--", "until [ -e go ]; do sleep 0.05; done");
    await place.run("second", "--after", "first", "--", "true");
    await place.until("second", ({ reason }) => reason === "waits for first");
    writeFileSync(path.join(place.work, "go"), "");
    expect((await place.job("wait", "second")).exitCode).toBe(0);
    await place.run("bad", "--", "false");
    await place.job("wait", "bad");
    await place.run("never", "--after", "bad", "--", "touch", "ran");
    expect((await place.job("wait", "never")).exitCode).toBe(1);
    expect(place.status("never")).toMatchObject({
      state: "FAILED",
      cause: "dependency",
      reason: "bad is FAILED",
    });
    expect(readdirSync(place.work)).not.toContain("ran");
    expect((await place.job("run", "--after", "none", "--", "true", "--json")).exitCode).toBe(1);
  });

  it("lets one of two runs of a name that start at the same moment go ahead", async () => {
    await using place = await jobPlace();
    const tries = await Promise.all(
      Array.from({ length: 4 }, () => place.job("run", "--json", "--name", "one", "--", "sleep", "30")),
    );
    expect(tries.map(({ exitCode }) => exitCode).sort((a, b) => a - b)).toEqual([0, 1, 1, 1]);
    const refused = tries.filter(({ exitCode }) => exitCode === 1).map((result) => result.json());
    for (const one of refused) expect(one).toMatchObject({ error: { code: "SYG-JOB-RUNNING" } });
    expect(readdirSync(place.folder).filter((file) => file.endsWith(".jsonl"))).toHaveLength(1);
    await place.job("stop", "one");
  });

  it("keeps earlier runs when a name is used again, within one second too", async () => {
    await using place = await jobPlace();
    for (const word of ["one", "two", "three"]) {
      await place.run("again", "--", "echo", word);
      await place.job("wait", "again");
    }
    const { runs } = (await place.job("logs", "again", "--json")).json() as {
      runs: { run: string; state: string }[];
    };
    expect(runs.map(({ state }) => state)).toEqual(["DONE", "DONE", "DONE"]);
    expect(place.output("again", "stdout")).toEqual(["three"]);
    const first = await place.job("tail", "again", "--run", runs[0]?.run ?? "", "--event", "output");
    expect(first.stdout).toBe("one\n");
  });

  it("makes a name of the command, and another one while that is at work", async () => {
    await using place = await jobPlace();
    const names = [];
    for (let round = 0; round < 2; round++) {
      names.push(((await place.job("run", "--json", "--", "sleep", "30")).json() as { job: string }).job);
    }
    expect(names).toEqual(["sleep", "sleep-2"]);
    expect((await place.job("stop", ...names)).exitCode).toBe(0);
  });

  it.each(["../x", "a/b", "a\nb", 'a"b', "x".repeat(300), ""])("refuses the name %j", async (name) => {
    await using place = await jobPlace();
    const result = await place.job("run", "--json", "--name", name, "--", "true");
    expect(result.exitCode).toBe(2);
    expect(result.json()).toMatchObject({ error: { code: "SYG-JOB-NAME" } });
  });

  it("writes no secret of the environment into log or status", async () => {
    await using place = await jobPlace();
    const line = 'echo "$MY_TOKEN"; env >&2; echo "other $PLAIN"';
    const secrets = ["--env", "MY_TOKEN=hunter2-hunter2", "--env", "PLAIN=seen-value"];
    await place.run("quiet", ...secrets, "--shell", "--", line);
    await place.job("wait", "quiet");
    const written = readdirSync(place.folder).map((file) =>
      readFileSync(path.join(place.folder, file), "utf8"),
    );
    expect(written.join("\n")).not.toContain("hunter2");
    expect(place.output("quiet", "stdout")).toEqual(["***", "other seen-value"]);
  });

  it("shows its output and ends as it does with --attach; Ctrl-C stops it", async () => {
    await using place = await jobPlace();
    const result = await place.job(
      "run",
      "--name",
      "near",
      "--attach",
      "--shell",
      "--",
      "echo out; echo err >&2; exit 5",
    );
    expect(result).toMatchObject({ exitCode: 5, stdout: "out\n" });
    expect(result.stderr).toContain("err\n");
    await using attached = place.start(
      "run",
      "--name",
      "long",
      "--attach",
      "--shell",
      "--",
      "echo begun; sleep 60",
    );
    await attached.seen(/begun/);
    attached.signal("SIGINT");
    expect((await attached.ended).exitCode).toBe(143);
    expect(place.status("long")).toMatchObject({ state: "STOPPED", cause: "stopped" });
  });
});

requires("linux", "python3")("ending a job (integration)", () => {
  const daemons = inRepository("test/integration/jobs/daemons.py");
  // Where the system has no Perl there is no reaper.
  const cleared = readdirSync("/usr/bin").includes("perl") ? ["--cleared"] : [];
  const pidsIn = (folder: string) =>
    readdirSync(folder).flatMap((file) => (file.startsWith("pid.") ? [Number(file.slice(4))] : []));

  it("ends everything it started, daemons that ignore TERM or cleared their environment too, and nothing else", async () => {
    await using place = await jobPlace();
    await place.run("other", "--", "sleep", "60");
    await place.run("tree", "--grace", "0.5", "--", "python3", daemons, place.work, ...cleared);
    await eventually(() => (place.output("tree", "stdout").includes("ready") ? true : undefined));
    const pids = pidsIn(place.work);
    expect(running(pids)).toHaveLength(2 + cleared.length);
    expect((await place.job("stop", "tree")).exitCode).toBe(0);
    expect(running(pids)).toEqual([]);
    expect(place.status("tree")).toMatchObject({ state: "STOPPED", cause: "stopped" });
    expect(place.status("other")?.state).toBe("PROGRESS");
    expect((await place.job("stop", "other")).exitCode).toBe(0);
  });

  it("says LOST when the supervisor was killed, keeps the log, and still ends what it left", async () => {
    await using place = await jobPlace();
    await place.run("lost", "--", "python3", daemons, place.work);
    await eventually(() => (place.output("lost", "stdout").includes("ready") ? true : undefined));
    const supervisor = place.status("lost")?.supervisor?.pid ?? 0;
    kill(supervisor);
    await eventually(() => (running([supervisor]).length === 0 ? true : undefined));
    const readers = await Promise.all(Array.from({ length: 4 }, () => place.job("status", "lost", "--json")));
    for (const reader of readers)
      expect(reader.json()).toMatchObject({ state: "LOST", cause: "lost", live: false });
    expect(place.events("lost").filter(({ event }) => event === "lost")).toHaveLength(1);
    expect(place.output("lost", "stdout")).toEqual(["ready"]);
    const health = await place.job("health", "lost", "--json");
    expect(health.exitCode).toBe(1);
    expect((health.json() as { jobs: { left: number }[] }).jobs[0]?.left).toBeGreaterThanOrEqual(2);
    const again = await place.job("run", "--json", "--name", "lost", "--", "true");
    expect(again.json()).toMatchObject({ error: { code: "SYG-JOB-RUNNING" } });
    expect((await place.job("stop", "lost", "--grace", "0.5")).exitCode).toBe(0);
    expect(running(pidsIn(place.work))).toEqual([]);
    await place.run("lost", "--", "true");
    expect((await place.job("wait", "lost")).exitCode).toBe(0);
  });

  it("leaves nothing half-made when the supervisor is killed while it starts", async () => {
    await using place = await jobPlace();
    for (const delay of [5, 20, 40, 60, 80, 100, 150]) {
      const name = `early-${delay}`;
      await using starting = place.start("run", "--name", name, "--", "true");
      await new Promise((resolve) => setTimeout(resolve, delay));
      starting.signal("SIGKILL");
      await starting.ended;
    }
    const shown = (await place.job("list", "--json")).json() as { jobs: { state: string }[] };
    for (const { state } of shown.jobs) expect(["START", "PROGRESS", "DONE", "LOST"]).toContain(state);
    for (const delay of [5, 20, 40, 60, 80, 100, 150]) {
      await place.job("wait", `early-${delay}`, "--timeout", "20");
      await place.run(`early-${delay}`, "--", "true");
      expect((await place.job("wait", `early-${delay}`)).exitCode).toBe(0);
    }
  });

  it("outlives the program and the session that started it", async () => {
    await using place = await jobPlace();
    await using starting = place.start("run", "--name", "on", "--", "sleep", "30");
    expect((await starting.ended).exitCode).toBe(0);
    starting.signal("SIGKILL");
    const { handle } = await place.until("on", ({ state }) => state === "PROGRESS");
    expect((await processState(Number(handle["pid"]))).running).toBe(true);
    await place.job("stop", "on");
  });
});

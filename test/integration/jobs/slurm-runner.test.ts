import { mkdir, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type ProcessRunner, processRunner } from "../../../extension/core/base/process.ts";
import type { RunEnd, Running, RunState } from "../../../extension/core/jobs/runner.ts";
import {
  type SlurmOptions,
  type SlurmRunner,
  slurmRunner,
} from "../../../extension/core/jobs/runners/slurm/slurm-runner.ts";
import { baseImage, docker } from "../../support/docker.ts";
import { requires } from "../../support/requirements.ts";
import { type PrivateSlurm, startPrivateSlurm } from "../../support/slurm.ts";

/** A submission with what came of it so far. */
interface Submitted {
  readonly running: Running;
  readonly stdout: Promise<string>;
  readonly stderr: Promise<string>;
  readonly states: readonly RunState[];
  /** Resolves when a state is told for which the condition holds. */
  until(condition: (state: RunState) => boolean): Promise<RunState>;
}

requires("linux", "slurm")("slurmRunner (integration)", () => {
  let slurm: PrivateSlurm;
  let count = 0;

  beforeAll(async () => {
    slurm = await startPrivateSlurm();
  }, 60_000);

  afterAll(async () => {
    await slurm?.[Symbol.asyncDispose]();
  });

  function runnerWith(options: Partial<SlurmOptions> = {}): SlurmRunner {
    return slurmRunner({ folder: slurm.folder, env: slurm.env, ...options });
  }

  async function submit(
    argv: readonly string[],
    options: Partial<SlurmOptions> = {},
    env: Readonly<Record<string, string>> = {},
  ): Promise<Submitted> {
    count += 1;
    const request = {
      job: "demo",
      run: `20261124-${String(count).padStart(6, "0")}`,
      mark: `mark-${count}`,
      argv,
    };
    const running = await runnerWith(options).start({ ...request, cwd: slurm.folder, env });
    return watched(running);
  }

  const shell = (script: string, options: Partial<SlurmOptions> = {}) =>
    submit(["sh", "-c", script], options);

  it.concurrent("runs a command on the node and tells where, with both streams apart", async () => {
    const run = await shell("echo out; echo err >&2; sleep 1; echo $SLURMD_NODENAME $SYGALDRY_JOB_RUN");
    await run.until(({ state }) => state === "running");
    expect(await run.running.ended).toEqual({ rc: 0, cause: "exit" });
    expect(await run.stdout).toMatch(new RegExp(`^out\n${slurm.node} mark-\\d+\n$`));
    expect(await run.stderr).toBe("err\n");
    expect(run.states).toContainEqual({ state: "running", where: slurm.node });
    expect(run.running.handle).toMatchObject({ slurm: expect.stringMatching(/^\d+$/), runs: "command" });
  });

  it.concurrent("tells the exit code of a command that fails", async () => {
    const run = await shell("echo nearly; exit 7");
    expect(await run.running.ended).toEqual({ rc: 7, cause: "exit" });
    expect(await run.stdout).toBe("nearly\n");
  });

  it.concurrent("tells the signal that ended a command", async () => {
    const run = await shell("kill -SEGV $$");
    expect(await run.running.ended).toEqual({ rc: 139, cause: "signal", signal: "SIGSEGV" });
  });

  it.concurrent("tells that a program, or its folder, is not on the node", async () => {
    const program = await submit(["no-such-program", "x"]);
    expect(await program.running.ended).toMatchObject({ rc: 127, cause: "start" });
    expect(await program.stderr).toBe(`no-such-program: not found on ${slurm.node}\n`);
    const running = await runnerWith().start({
      ...{ job: "demo", run: "20261124-999999", mark: "m", argv: ["true"], cwd: "/no/such", env: {} },
    });
    expect(await watched(running).running.ended).toMatchObject({ rc: 126, cause: "start" });
  });

  it.concurrent("hands over arguments exactly as they are", async () => {
    const args = [
      ...[
        "",
        " ",
        "a b",
        "'",
        '"',
        'it\'s "so"',
        "line\nbreak",
        "\r\n",
        "\t",
        "$HOME",
        "`id`",
        "$(id)",
        "\\",
        "\\n",
      ],
      ...[
        "*",
        "~",
        "-n",
        "--",
        "é ☃ 🎉",
        "a;b|c&d>e",
        "#!",
        "!x",
        "=",
        "A=b",
        "%j%%",
        "x".repeat(100_000),
        "",
      ],
    ];
    const program = "import json, sys; print(json.dumps(sys.argv[1:]))";
    const run = await submit(["python3", "-c", program, ...args]);
    expect(await run.running.ended).toEqual({ rc: 0, cause: "exit" });
    expect(JSON.parse(await run.stdout)).toEqual(args);
  });

  it.concurrent("runs the program that is named, not the shell's own command of that name", async () => {
    const run = await submit(["echo", "-e", "a\\tb\\c"]);
    expect(await run.running.ended).toEqual({ rc: 0, cause: "exit" });
    expect(await run.stdout).toBe("a\tb");
  });

  it.concurrent("hands over the environment, and writes its values nowhere", async () => {
    const secret = "s3cr3t-'\"\n-value";
    const run = await submit(
      ["sh", "-c", 'printf %s "$TOKEN" | od -An -c | head -n 1; printf %s "$EMPTY-"'],
      {},
      {
        TOKEN: secret,
        EMPTY: "",
      },
    );
    expect(await run.running.ended).toEqual({ rc: 0, cause: "exit" });
    expect(await run.stdout).toMatch(/ s {3}3 {3}c {3}r {3}3 {3}t [^\n]*\n-$/);
    const folder = run.running.handle["folder"] ?? "";
    for (const file of await readdir(folder)) {
      if (file !== "stdout") expect(await readFile(path.join(folder, file), "utf8")).not.toContain("s3cr3t");
    }
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
    expect(await slurm.run("scontrol", "show", "job", run.running.handle["slurm"] ?? "")).not.toContain(
      "s3cr3t",
    );
  });

  it.concurrent("ends a command when its time is up, and says so", { timeout: 120_000 }, async () => {
    const run = await shell("trap 'echo saved; exit 0' TERM; echo up; sleep 300 & wait", {
      resources: { time: 90 },
    });
    await seen(run, "up");
    const id = run.running.handle["slurm"] ?? "";
    expect(await slurm.run("scontrol", "show", "job", id)).toContain("TimeLimit=00:02:00");
    // Slurm looks every half minute whose time is up.
    await slurm.run("scontrol", "update", `JobId=${id}`, "EndTime=now+1");
    expect(await run.running.ended).toEqual({
      ...{ rc: 0, cause: "timeout", reason: `the time that Slurm gave it on ${slurm.node} was up` },
    });
    expect(await run.stdout).toBe("up\nsaved\n");
  });

  it.concurrent("lets a command go on that takes a signal of Slurm's", async () => {
    const run = await shell("trap 'echo noted' TERM; echo up; sleep 3 & wait; wait; exit 0");
    await seen(run, "up");
    await slurm.run("scancel", "--signal=TERM", "--batch", run.running.handle["slurm"] ?? "");
    expect(await run.running.ended).toEqual({ rc: 0, cause: "exit" });
  });

  it.concurrent("stops a command with all that it started, in order when it can", async () => {
    const run = await shell("trap 'echo bye; exit 3' TERM; sleep 300 & echo up; wait");
    await seen(run, "up");
    await run.running.stop(10_000);
    expect(await run.running.ended).toMatchObject({ rc: 3, cause: "stopped" });
    expect(await run.stdout).toBe("up\nbye\n");
  });

  it.concurrent("kills a command that does not listen, with grandchildren in sessions of their own", async () => {
    const run = await shell(
      "trap '' TERM; setsid sh -c 'trap \"\" TERM; while :; do date +%N > beat; sleep 0.1; done' & echo up; sleep 300",
    );
    await seen(run, "up");
    await run.running.stop(500);
    expect(await run.running.ended).toMatchObject({ cause: expect.stringMatching(/^(?:stopped|signal)$/) });
    const beat = () => readFile(path.join(slurm.folder, "beat"), "utf8");
    const before = await beat();
    await new Promise((resolve) => setTimeout(resolve, 1000));
    expect(await beat()).toBe(before);
  });

  it.concurrent("tells that somebody cancelled a job in Slurm", async () => {
    const run = await shell("echo up; sleep 300");
    await seen(run, "up");
    await slurm.run("scancel", run.running.handle["slurm"] ?? "");
    expect(await run.running.ended).toMatchObject({ cause: "stopped", reason: "it was cancelled in Slurm" });
  });

  it.concurrent("tells why a job waits, and cancels it", async () => {
    const run = await shell("true", {
      resources: { cpus: 1 },
      after: [(await long()).running.handle["slurm"] ?? ""],
    });
    expect(await run.until((state) => state.state === "queued" && state.reason !== undefined)).toEqual({
      ...{ state: "queued", reason: "Dependency" },
    });
    await run.running.stop(1000);
    expect(await run.running.ended).toMatchObject({ rc: undefined, cause: "stopped" });
    expect(await run.stdout).toBe("");
  });

  it.concurrent("starts a job after another has succeeded, and never after one that failed", async () => {
    const good = await shell("sleep 1; date +%s%N");
    const bad = await shell("exit 1");
    const afterGood = await shell("date +%s%N", { after: [good.running.handle["slurm"] ?? ""] });
    const afterBad = await shell("echo never", { after: [bad.running.handle["slurm"] ?? ""] });
    expect(await afterGood.running.ended).toEqual({ rc: 0, cause: "exit" });
    expect(BigInt(await afterGood.stdout)).toBeGreaterThan(BigInt(await good.stdout));
    expect(await afterBad.running.ended).toMatchObject({ rc: undefined, cause: "dependency" });
    expect(await afterBad.stdout).toBe("");
  });

  it.concurrent("runs an array, tells its tasks apart and which of them failed", async () => {
    const run = await shell(
      'echo "task $SLURM_ARRAY_TASK_ID"; printf end; exit $((SLURM_ARRAY_TASK_ID % 2))',
      { array: "0-4%3" },
    );
    const end = await run.running.ended;
    expect(end).toEqual({ rc: 1, cause: "exit", reason: "2 of 5 tasks did not succeed: 1 (1), 3 (1)" });
    const lines = (await run.stdout).trimEnd().split("\n").sort();
    expect(lines).toEqual([0, 1, 2, 3, 4].flatMap((task) => [`[${task}] end`, `[${task}] task ${task}`]));
  });

  it.concurrent("asks for CPUs, memory, GPUs and a partition, and refuses what Slurm has not got", async () => {
    const resources = { cpus: 2, mem: "100M", gpus: "1", time: 600, partition: "debug" };
    const run = await shell('echo "$SLURM_CPUS_PER_TASK $SLURM_MEM_PER_NODE $CUDA_VISIBLE_DEVICES"', {
      resources,
    });
    expect(await run.running.ended).toEqual({ rc: 0, cause: "exit" });
    expect(await run.stdout).toMatch(/^2 100 [01]\n$/);
    await expect(shell("true", { resources: { partition: "nowhere" } })).rejects.toMatchObject({
      ...{ code: "SYG-JOB", message: expect.stringContaining("invalid partition specified: nowhere") },
    });
    await expect(shell("true", { resources: { gpus: "9" } })).rejects.toMatchObject({ code: "SYG-JOB" });
  });

  it.concurrent("tells the end from the folder when Slurm has forgotten the job, and LOST when there is none", async () => {
    const run = await shell("exit 5");
    await run.running.ended;
    const handle = { ...run.running.handle, slurm: "999999" };
    expect(await runnerWith().look(handle)).toEqual({ state: "ended", end: { rc: 5, cause: "exit" } });
    const empty = path.join(slurm.folder, "empty");
    await mkdir(empty);
    expect(await runnerWith().look({ slurm: "999999", folder: empty })).toEqual({
      ...{
        state: "ended",
        end: { rc: undefined, cause: "lost", reason: expect.stringContaining("knows the job no more") },
      },
    });
  });

  it.concurrent("asks Slurm's record of completed jobs when all else is gone", async () => {
    const run = await shell("exit 9");
    await run.running.ended;
    await rm(path.join(run.running.handle["folder"] ?? "", "end"));
    const forgetful: ProcessRunner = {
      run: async (command, options) =>
        command.command === "scontrol"
          ? {
              exitCode: 1,
              stdout: "",
              stderr: "slurm_load_jobs error: Invalid job id specified\n",
              timedOut: false,
            }
          : processRunner.run(command, options),
    };
    expect(await runnerWith({ runner: forgetful }).look(run.running.handle)).toEqual({
      ...{ state: "ended", end: { rc: 9, cause: "exit", reason: expect.stringMatching(/^as Slurm tells/) } },
    });
  });

  it.concurrent("says nothing of a run when Slurm does not answer", async () => {
    const configuration = path.join(slurm.folder, "nobody.conf");
    await writeFile(
      configuration,
      `ClusterName=x\nSlurmctldHost=localhost(127.0.0.1)\nSlurmctldPort=1\nMessageTimeout=1\nNodeName=x\nPartitionName=p Nodes=ALL\n`,
    );
    const away = slurmRunner({ folder: slurm.folder, env: { ...slurm.env, SLURM_CONF: configuration } });
    const empty = path.join(slurm.folder, "away");
    await mkdir(empty);
    expect(await away.look({ slurm: "1", folder: empty })).toBeUndefined();
  });

  it.concurrent("is watched on by another process, output and all", async () => {
    const run = await shell("echo first; sleep 2; echo second; exit 4");
    await seen(run, "first");
    const again = watched(runnerWith().attach(run.running.handle));
    expect(await again.running.ended).toEqual({ rc: 4, cause: "exit" });
    expect(await again.stdout).toBe("first\nsecond\n");
  });

  it.concurrent("brings much output over without a loss", async () => {
    const run = await shell("seq 1 300000");
    expect(await run.running.ended).toEqual({ rc: 0, cause: "exit" });
    const lines = (await run.stdout).trimEnd().split("\n");
    expect(lines).toHaveLength(300_000);
    expect(lines.every((line, index) => line === String(index + 1))).toBe(true);
  });

  async function long(): Promise<Submitted> {
    return shell("sleep 300");
  }
});

/** Apart: a node that fails ends the jobs of all. */
requires("linux", "slurm")("slurmRunner, a node that fails (integration)", () => {
  it("is told as LOST, with the reason", { timeout: 60_000 }, async () => {
    await using slurm = await startPrivateSlurm();
    const running = await slurmRunner({ folder: slurm.folder, env: slurm.env }).start({
      ...{ job: "demo", run: "20261124-000001", mark: "m", argv: ["sh", "-c", "echo up; sleep 300"] },
      ...{ cwd: slurm.folder, env: {} },
    });
    const run = watched(running);
    await seen(run, "up");
    await slurm.run("scontrol", "update", `NodeName=${slurm.node}`, "State=DOWN", "Reason=test");
    const end: RunEnd = await running.ended;
    expect(end).toMatchObject({ cause: "lost", reason: expect.stringMatching(/^the node failed on /) });
  });
});

requires(
  "linux",
  "slurm",
  "base",
)("slurmRunner, in a container on the node (integration)", () => {
  it("hands everything over, and removes the container", { timeout: 90_000 }, async () => {
    await using slurm = await startPrivateSlurm();
    const target = '/a, "b"';
    const mounts = [{ source: slurm.folder, target, readOnly: true }];
    const wanted = { image: baseImage, mounts, gpu: false, variables: ["TOKEN"], user: "1234:1234" };
    const place = { kind: "docker", ...wanted } as const;
    const runner = slurmRunner({ folder: slurm.folder, env: slurm.env, place });
    const script = `echo "$0|$1|$TOKEN"; pwd; ls '${target}' | grep -c demo; id -u; echo "$SYGALDRY_JOB_RUN"; exit 3`;
    const running = await runner.start({
      ...{ job: "demo", run: "20261124-000001", mark: "mark", argv: ["sh", "-c", script, "", "x\ny"] },
      ...{ cwd: "/tmp", env: { TOKEN: "in a container" } },
    });
    const run = watched(running);
    expect(await running.ended).toEqual({ rc: 3, cause: "exit" });
    expect(await run.stdout).toBe("|x\ny|in a container\n/tmp\n1\n1234\nmark\n");
    expect(running.handle).toMatchObject({ runs: "docker" });
    expect(await containersOf(running)).toBe("");
  });

  it("ends the container when the run is stopped", { timeout: 90_000 }, async () => {
    await using slurm = await startPrivateSlurm();
    const place = { kind: "docker", image: baseImage, mounts: [], gpu: false, variables: [] } as const;
    const running = await slurmRunner({ folder: slurm.folder, env: slurm.env, place }).start({
      ...{ job: "demo", run: "20261124-000001", mark: "mark", cwd: "/", env: {} },
      argv: ["sh", "-c", "trap 'echo bye; exit 4' TERM; echo up; sleep 300 & wait"],
    });
    const run = watched(running);
    await seen(run, "up");
    await running.stop(20_000);
    expect(await running.ended).toMatchObject({ rc: 4, cause: "stopped" });
    expect(await run.stdout).toBe("up\nbye\n");
    expect(await containersOf(running)).toBe("");
  });

  async function containersOf({ handle }: Running): Promise<string> {
    const id = await readFile(path.join(handle["folder"] ?? "", "container.id"), "utf8");
    return (await docker(["ps", "--all", "--quiet", "--filter", `id=${id}`])).stdout;
  }
});

function watched(running: Running): Submitted {
  const states: RunState[] = [];
  const waiting = new Set<() => void>();
  running.onState?.((state) => {
    states.push(state);
    for (const wake of [...waiting]) wake();
  });
  return {
    ...{ running, states, stdout: text(collected(running.stdout)), stderr: text(collected(running.stderr)) },
    until: (condition) =>
      new Promise((resolve) => {
        const look = () => {
          const found = states.find(condition);
          if (found === undefined) return;
          waiting.delete(look);
          resolve(found);
        };
        waiting.add(look);
        look();
      }),
  };
}

const shown = new WeakMap<Readable, string>();

/** The same stream; what came of it so far is remembered for `seen`. */
function collected(stream: Readable): Readable {
  shown.set(stream, "");
  stream.on("data", (chunk: Buffer) => shown.set(stream, (shown.get(stream) ?? "") + chunk.toString()));
  return stream;
}

async function seen(run: Submitted, word: string): Promise<void> {
  for (;;) {
    if (shown.get(run.running.stdout)?.includes(word) === true) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

// Jobs: what logging costs, and how reading grows with the number of jobs and the size of logs.
import { execFile } from "node:child_process";
import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";

const cli = path.resolve("dist/cli.cjs");
const run = "20260101-000000";
let root;

function place() {
  root = mkdtempSync(path.join(tmpdir(), "sygaldry-bench-"));
  mkdirSync(folder(), { recursive: true });
}

function folder() {
  return path.join(root, "bench/bazel_cache/zephyr_jobs");
}

function cleanup() {
  if (root !== undefined) rmSync(root, { recursive: true, force: true, maxRetries: 5 });
  root = undefined;
}

function job(...args) {
  const env = { SYGALDRY_CONTAINER_ROOT: root, SYGALDRY_PROJECT_ID: "bench" };
  return { command: process.execPath, args: [cli, "job", ...args], cwd: root, env };
}

function shell(script) {
  return { command: "sh", args: ["-c", script], cwd: root };
}

const done = (name) =>
  `DONE job=${name} ts=2026-01-01T00:01:00.000Z rc=0 run=${run} on=process log=${name}-${run}.jsonl started=2026-01-01T00:00:00.000Z every=5 attempts=1 command="make -j 8 all" cwd=/workspace attempt=1 ended=2026-01-01T00:01:00.000Z elapsed=60.1 cause=exit supervisor.pid=4242 supervisor.host=node supervisor.startTime=123456\n`;

const manyLines = "seq -f '%012.0f ordinary output of a build, some seventy characters long' 1000000";

export const logAgainstCat = {
  name: "job run: 1,000,000 lines, against cat > file",
  prepare: place,
  ours: () => job("run", "--attach", "--json", "--name", "fast", "--shell", "--", manyLines),
  peer: () => shell(`${manyLines} | cat > file`),
  cleanup,
};

export const logAgainstShell = {
  name: "job run: 200,000 lines, against a shell that logs with while read",
  goal: 1,
  prepare: place,
  ours: () =>
    job(
      "run",
      "--attach",
      "--json",
      "--name",
      "slow",
      "--shell",
      "--",
      manyLines.replace("1000000", "200000"),
    ),
  peer: () =>
    shell(
      `${manyLines.replace("1000000", "200000")} | while IFS= read -r line; do printf '{"msg":"%s"}\\n' "$line"; done > file`,
    ),
  cleanup,
};

function manyJobs() {
  place();
  for (let number = 0; number < 10_000; number++) {
    writeFileSync(path.join(folder(), `job-${number}.status`), done(`job-${number}`));
    writeFileSync(path.join(folder(), `job-${number}-${run}.jsonl`), "");
  }
}

export const listMany = {
  name: "job list --json: 10,000 jobs, against ls (Node's start-up taken off)",
  goal: 8,
  prepare: manyJobs,
  ours: () => job("list", "--json"),
  less: () => ({ command: process.execPath, args: ["-e", "0"] }),
  peer: () => shell(`ls ${folder()}`),
  cleanup,
};

export const listFew = {
  name: "job list --json: 10,000 jobs, against 1 job",
  goal: 8,
  prepare: manyJobs,
  ours: listMany.ours,
  peer() {
    const other = path.join(root, "other/bench/bazel_cache/zephyr_jobs");
    mkdirSync(other, { recursive: true });
    writeFileSync(path.join(other, "one.status"), done("one"));
    const command = job("list", "--json");
    return { ...command, env: { ...command.env, SYGALDRY_CONTAINER_ROOT: path.join(root, "other") } };
  },
  cleanup,
};

export const statusAgainstNode = {
  name: "job status --json, against an empty Node",
  prepare() {
    place();
    writeFileSync(path.join(folder(), "one.status"), done("one"));
  },
  ours: () => job("status", "one", "--json"),
  peer: () => ({ command: process.execPath, args: ["-e", "0"] }),
  cleanup,
};

export const statusAgainstCat = {
  ...statusAgainstNode,
  name: "job status --json, against cat",
  peer: () => ({ command: "cat", args: [path.join(folder(), "one.status")] }),
};

/** A log that begins with a hole of `hole` bytes: what is read of it would cost as much as if it were full. */
function log(name, hole) {
  writeFileSync(path.join(folder(), `${name}.status`), done(name));
  const descriptor = openSync(path.join(folder(), `${name}-${run}.jsonl`), "w");
  let text = "\n";
  for (let seq = 1; seq <= 1000; seq++) {
    text += `${JSON.stringify({ ts: "2026-01-01T00:00:00.000Z", event: "output", job: name, run, seq, stream: "stdout", msg: `line ${seq}` })}\n`;
  }
  writeSync(descriptor, text, hole);
  closeSync(descriptor);
}

export const tailLarge = {
  name: "job tail -n 100: a log of 2 GB, against one of 1000 lines",
  goal: 1.2,
  prepare() {
    place();
    log("large", 2e9);
    log("small", 0);
  },
  ours: () => job("tail", "-n", "100", "large"),
  peer: () => job("tail", "-n", "100", "small"),
  cleanup,
};

export const runTrue = {
  name: "job run -- true and wait, against setsid true",
  prepare: place,
  ours: () => job("run", "--attach", "--json", "--name", "true", "--", "true"),
  peer: () => ({ command: "setsid", args: ["--wait", "true"] }),
  cleanup,
};

/** In a process of its own, as a viewer is one: see watch-latency.mjs. */
export const watchChange = {
  name: "a job's status is replaced among 10,000, until a watcher is told",
  goal: 100,
  prepare: manyJobs,
  async measure() {
    const args = [path.resolve("test/bench/watch-latency.mjs"), folder()];
    const { stdout } = await promisify(execFile)(process.execPath, args);
    return JSON.parse(stdout);
  },
  cleanup,
};

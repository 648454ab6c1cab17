import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, existsSync } from "node:fs";
import { constants } from "node:os";
import type { Readable } from "node:stream";
import { SygaldryError, systemCode } from "../../../base/errors.ts";
import type { RunEnd, Runner, Running, RunRequest } from "../../runner.ts";
import { makeRunCgroup, type RunCgroup } from "./cgroup.ts";
import { commandFailure } from "./find-command.ts";
import { gpuMeter } from "./gpu.ts";
import { cgroupOf, endTree, leftOf, treeOf } from "./lost-run.ts";
import { oomCounter, watchOom } from "./oom.ts";
import { makePipes, type Pipe } from "./pipe.ts";
import { markVariable, thisHost } from "./process-host.ts";
import { processEntry } from "./process-table.ts";
import { processTree } from "./process-tree.ts";
import { withReaper } from "./reaper.ts";
import { resourceMeter } from "./sample.ts";

/** Runs commands on this machine, each in a session of its own. */
export const processJobRunner: Runner = {
  kind: "process",
  start,
  look: (handle) => leftOf(handle),
  async end(handle, grace) {
    try {
      await endTree(treeOf(handle), grace);
    } finally {
      await cgroupOf(handle)?.remove();
    }
  },
};

async function start(request: RunRequest): Promise<Running> {
  const refused = commandFailure(request.argv[0] ?? "", request.cwd, request.env);
  if (refused !== undefined) throw startFailure(refused, request.argv[0] ?? "", request.cwd);
  const made = makeRunCgroup(request.mark);
  const reaped = withReaper(request.argv, request.env, made?.entrance);
  // Nobody else would enter it.
  const cgroup = reaped === undefined ? undefined : made;
  try {
    return await startIn(cgroup, request, reaped);
  } catch (error) {
    await cgroup?.remove();
    throw error;
  } finally {
    if (cgroup === undefined) await made?.remove();
  }
}

async function startIn(
  cgroup: RunCgroup | undefined,
  request: RunRequest,
  reaped: readonly string[] | undefined,
): Promise<Running> {
  const reaper = reaped !== undefined;
  const oom = watchOom(oomCounter(cgroup));
  const pipes = makePipes(2);
  const child = await startChild({ ...request, argv: reaped ?? request.argv }, pipes).finally(() => {
    for (const { writer } of pipes ?? []) closeSync(writer);
  });
  const pid = child.pid ?? 0;
  const startTime = processEntry(pid)?.startTime;
  const { mark } = request;
  const tree = processTree({ mark, leader: { pid, startTime }, own: true, reaper }, thisHost(mark, cgroup));
  const meter = resourceMeter();
  const gpu = gpuMeter();
  return {
    handle: {
      ...{ pid: String(pid), ...(startTime === undefined ? {} : { start: startTime }), mark },
      ...(reaper ? { reaper: "yes" } : {}),
      ...(cgroup === undefined ? {} : { cgroup: cgroup.folder }),
    },
    stdout: outputOf(pipes?.[0]?.reader ?? child.stdout),
    stderr: outputOf(pipes?.[1]?.reader ?? child.stderr),
    ended: endOf(child, oom).then(async (end) => {
      gpu.dispose();
      // What it left in its own session was its to wait for; who made a session of its own (a server) means to stay.
      const left = await tree.find();
      if (left.some(({ session }) => session === pid))
        await tree.end(2_000, ({ session }) => session === pid);
      await cgroup?.remove();
      return end;
    }),
    async stop(grace) {
      try {
        await endTree(tree, grace);
      } finally {
        await cgroup?.remove();
      }
    },
    async sample() {
      const entries = await tree.glance();
      if (entries.length === 0) return undefined;
      const used = { ...meter(entries, reaper ? pid : undefined), ...cgroup?.memory() };
      const gpuMemory = await gpu.memoryOf(() => entries.map((entry) => entry.pid));
      return gpuMemory === undefined ? used : { ...used, gpuMemory };
    },
  };
}

function startChild(
  { argv, cwd, env, mark }: RunRequest,
  pipes: readonly Pipe[] | undefined,
): Promise<ChildProcess> {
  const [command = "", ...args] = argv;
  return new Promise((resolve, reject) => {
    const refuse = (why: string | undefined) => reject(startFailure(why ?? "", command, cwd));
    try {
      const child = spawn(command, args, {
        cwd,
        env: { ...env, [markVariable]: mark },
        detached: true,
        stdio: ["ignore", pipes?.[0]?.writer ?? "pipe", pipes?.[1]?.writer ?? "pipe"],
      });
      child.once("error", (error) => refuse(systemCode(error)));
      child.once("spawn", () => resolve(child));
    } catch (error) {
      refuse(systemCode(error) ?? String(error));
    }
  });
}

function endOf(child: ChildProcess, oom: () => string | undefined): Promise<RunEnd> {
  return new Promise((resolve) => {
    child.once("exit", (code, signal) => {
      const rc = signal === null ? (code ?? undefined) : 128 + constants.signals[signal];
      const named = signal === null ? {} : { signal };
      // A shell, too, ends so when its command was killed.
      const reason = rc === 128 + constants.signals.SIGKILL ? oom() : undefined;
      if (reason !== undefined) return resolve({ rc, ...named, cause: "oom", reason });
      resolve({ rc, ...named, cause: signal === null ? "exit" : "signal" });
    });
  });
}

function outputOf(stream: Readable | null | undefined): Readable {
  if (stream) return stream;
  throw new Error("a child has no output");
}

function startFailure(code: string, command: string, cwd: string): SygaldryError {
  if (!existsSync(cwd)) return new SygaldryError("SYG-JOB", `the working directory ${cwd} does not exist`);
  if (code !== "ENOENT" && code !== "EACCES" && code !== "ENOTDIR") {
    return new SygaldryError("SYG-JOB", `${command} cannot be started (${code})`);
  }
  return new SygaldryError("SYG-TOOL-MISSING", `${command} cannot be started (${code})`, {
    next: `Install ${command} or put it on PATH.`,
  });
}

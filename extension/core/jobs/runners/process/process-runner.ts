import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, existsSync, readFileSync } from "node:fs";
import { constants } from "node:os";
import type { Readable } from "node:stream";
import { SygaldryError, systemCode } from "../../../base/errors.ts";
import type { RunEnd, Runner, Running, RunRequest } from "../../runner.ts";
import { commandFailure } from "./find-command.ts";
import { endTree, leftOf, treeOf } from "./lost-run.ts";
import { makePipes, type Pipe } from "./pipe.ts";
import { markVariable } from "./process-host.ts";
import { processEntry } from "./process-table.ts";
import { processTree } from "./process-tree.ts";
import { withReaper } from "./reaper.ts";
import { resourceMeter } from "./sample.ts";

/** Runs commands on this machine, each in a session of its own. */
export const processJobRunner: Runner = {
  kind: "process",
  start,
  look: (handle) => leftOf(handle),
  end: (handle, grace) => endTree(treeOf(handle), grace),
};

async function start(request: RunRequest): Promise<Running> {
  const refused = commandFailure(request.argv[0] ?? "", request.cwd, request.env);
  if (refused !== undefined) throw startFailure(refused, request.argv[0] ?? "", request.cwd);
  const reaped = withReaper(request.argv, request.env);
  const reaper = reaped !== undefined;
  const pipes = makePipes(2);
  const child = await startChild({ ...request, argv: reaped ?? request.argv }, pipes).finally(() => {
    for (const { writer } of pipes ?? []) closeSync(writer);
  });
  const pid = child.pid ?? 0;
  const startTime = processEntry(pid)?.startTime;
  const oomBefore = oomKills();
  const tree = processTree({ mark: request.mark, leader: { pid, startTime }, own: true, reaper });
  const meter = resourceMeter();
  return {
    handle: {
      ...{ pid: String(pid), ...(startTime === undefined ? {} : { start: startTime }), mark: request.mark },
      ...(reaper ? { reaper: "yes" } : {}),
    },
    stdout: outputOf(pipes?.[0]?.reader ?? child.stdout),
    stderr: outputOf(pipes?.[1]?.reader ?? child.stderr),
    ended: endOf(child, oomBefore).then(async (end) => {
      // What it left in its own session was its to wait for; who made a session of its own (a server) means to stay.
      const left = await tree.find();
      if (left.some(({ session }) => session === pid))
        await tree.end(2_000, ({ session }) => session === pid);
      return end;
    }),
    stop: (grace) => endTree(tree, grace),
    async sample() {
      const entries = await tree.glance();
      return entries.length === 0 ? undefined : meter(entries, reaper ? pid : undefined);
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

function endOf(child: ChildProcess, oomBefore: number | undefined): Promise<RunEnd> {
  return new Promise((resolve) => {
    child.once("exit", (code, signal) => {
      if (signal === null) return resolve({ rc: code ?? undefined, cause: "exit" });
      const rc = 128 + constants.signals[signal];
      const killed = signal === "SIGKILL" && (oomKills() ?? 0) > (oomBefore ?? Number.POSITIVE_INFINITY);
      resolve(
        killed
          ? {
              rc,
              signal,
              cause: "oom",
              reason: "the kernel ended a process of this machine for want of memory",
            }
          : { rc, signal, cause: "signal" },
      );
    });
  });
}

/** How many processes of this machine the kernel has ended for want of memory since it started. */
function oomKills(): number | undefined {
  try {
    const found = /^oom_kill (\d+)$/m.exec(readFileSync("/proc/vmstat", "latin1"))?.[1];
    return found === undefined ? undefined : Number(found);
  } catch {
    return undefined;
  }
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

import { existsSync, readFileSync } from "node:fs";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "vitest";
import { type LogEvent, parseEvent } from "../../../extension/core/jobs/log/event.ts";
import { markVariable } from "../../../extension/core/jobs/runners/process/process-host.ts";
import { processTable, variableOf } from "../../../extension/core/jobs/runners/process/process-table.ts";
import { parseStatus } from "../../../extension/core/jobs/status/parse-status.ts";
import type { JobStatus } from "../../../extension/core/jobs/status/status.ts";
import { type SygaldryResult, startSygaldry, sygaldry } from "../../support/cli.ts";
import { runId } from "../../support/run-id.ts";
import type { RunningProcess } from "../../support/running.ts";

export interface JobPlace extends AsyncDisposable {
  /** Where the jobs lie. */
  readonly folder: string;
  /** An empty folder, where commands run. */
  readonly work: string;
  readonly env: Readonly<Record<string, string>>;
  /** `sygaldry job …` */
  job(...args: readonly string[]): Promise<SygaldryResult>;
  start(...args: readonly string[]): RunningProcess;
  /** `sygaldry job run --name NAME …`, which must succeed. */
  run(name: string, ...args: readonly string[]): Promise<void>;
  status(name: string): JobStatus | undefined;
  /** The status as soon as `is` holds. */
  until(name: string, is: (status: JobStatus) => boolean): Promise<JobStatus>;
  events(name: string): readonly LogEvent[];
  /** What the job wrote on one of its streams. */
  output(name: string, stream: "stdout" | "stderr"): readonly string[];
  /** Ids of all that its jobs started and of their supervisors. */
  processes(): readonly number[];
}

/** A project without a repository, with a storage of its own. Disposing ends every process of its jobs. */
export async function jobPlace(storage?: string): Promise<JobPlace> {
  const root = await mkdtemp(path.join(tmpdir(), `sygaldry-test-${runId}-`));
  const work = path.join(root, "work");
  await mkdir(work);
  const env = { SYGALDRY_CONTAINER_ROOT: storage ?? path.join(root, "storage"), SYGALDRY_PROJECT_ID: "jobs" };
  const folder = path.join(env.SYGALDRY_CONTAINER_ROOT, "jobs/bazel_cache/zephyr_jobs");
  const options = { cwd: work, env };
  const status = (name: string) => {
    const file = path.join(folder, `${name}.status`);
    return existsSync(file) ? parseStatus(readFileSync(file, "utf8")) : undefined;
  };
  const events = (name: string) => {
    const log = status(name)?.log;
    if (log === undefined) return [];
    const lines = readFileSync(path.join(folder, log), "utf8").split("\n");
    return lines.map(parseEvent).filter((event): event is LogEvent => event !== undefined);
  };
  const processes = () =>
    processTable().flatMap(({ pid }) => {
      const ours = variableOf(pid, "SYGALDRY_CONTAINER_ROOT") === env.SYGALDRY_CONTAINER_ROOT;
      return ours && variableOf(pid, markVariable) !== undefined ? [pid] : [];
    });
  return {
    ...{ folder, work, env, status, events, processes },
    job: (...args) => sygaldry(["job", ...args], options),
    start: (...args) => startSygaldry(["job", ...args], options),
    async run(name, ...args) {
      const result = await sygaldry(["job", "run", "--name", name, ...args], options);
      expect(result.exitCode, result.stderr).toBe(0);
    },
    until: (name, is) =>
      eventually(() => {
        const now = status(name);
        return now !== undefined && is(now) ? now : undefined;
      }),
    output: (name, stream) =>
      events(name).flatMap((event) =>
        event.event === "output" && event.stream === stream ? [event.msg ?? ""] : [],
      ),
    async [Symbol.asyncDispose]() {
      for (const pid of processes()) kill(pid);
      await rm(root, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** The first value that `look` has, which it must have within so many seconds. */
export async function eventually<T>(look: () => T | undefined, seconds = 30): Promise<T> {
  const until = Date.now() + seconds * 1000;
  for (;;) {
    const found = look();
    if (found !== undefined) return found;
    if (Date.now() > until) throw new Error(`it did not come to pass within ${seconds} seconds`);
    await sleep(20);
  }
}

/** Whether processes with these ids run; a zombie does not. */
export function running(pids: readonly number[]): readonly number[] {
  const there = new Set(processTable().map(({ pid }) => pid));
  return pids.filter((pid) => there.has(pid));
}

export function kill(pid: number, signal: NodeJS.Signals = "SIGKILL"): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended.
  }
}

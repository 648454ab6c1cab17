import { execFile } from "node:child_process";
import { readlinkSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { commandFailure } from "./find-command.ts";

/** Asks NVIDIA's driver now and then how much GPU memory processes hold. */
export interface GpuMeter {
  /**
   * Bytes that these processes, by their ids on the host, hold on all GPUs together; undefined as long as none of them
   * was seen on a GPU, and where nobody knows. Takes about a second at most: while the driver does not answer, the last
   * answer counts. `pids` is asked only when the driver has said something.
   */
  memoryOf(pids: () => readonly number[]): Promise<number | undefined>;
  dispose(): void;
}

export interface GpuMeterOptions {
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Milliseconds from the start of one call to that of the next. */
  readonly every?: number;
  /** Milliseconds that an answer is waited for. */
  readonly patience?: number;
}

/** Milliseconds after which a call has failed; without nvidia-persistenced the driver takes seconds. */
const timeout = 20_000;

/** Calls in a row that may fail. */
const tries = 3;

const query = ["--query-compute-apps=pid,used_gpu_memory", "--format=csv,noheader,nounits"];

/** Looks for nvidia-smi at the first question; where there is none, that is all it ever does. */
export function gpuMeter({
  env = process.env,
  every = 10_000,
  patience = 1_000,
}: GpuMeterOptions = {}): GpuMeter {
  const over = new AbortController();
  let usable: boolean | undefined;
  let asked = Number.NEGATIVE_INFINITY;
  let answer: ReadonlyMap<number, number | undefined> | undefined;
  let out: Promise<void> | undefined;
  let failures = 0;
  let seen = false;
  const ask = async () => {
    const text = await callDriver(env, over.signal);
    failures = text === undefined ? failures + 1 : 0;
    answer = text === undefined ? undefined : parseComputeApps(text);
    out = undefined;
  };
  return {
    async memoryOf(pids) {
      usable ??=
        seesHostPids() && commandFailure("nvidia-smi", "/", { PATH: env["PATH"] ?? "" }) === undefined;
      if (!usable || failures >= tries || over.signal.aborted) return undefined;
      if (out === undefined && performance.now() - asked >= every) {
        asked = performance.now();
        out = ask();
      }
      if (out !== undefined) await Promise.race([out, sleep(patience, undefined, { ref: false })]);
      const held = answer === undefined ? undefined : sumOf(answer, pids());
      seen ||= held !== undefined;
      return held ?? (seen && answer !== undefined ? 0 : undefined);
    },
    dispose: () => over.abort(),
  };
}

/**
 * Bytes by process id, of what `nvidia-smi --query-compute-apps=pid,used_gpu_memory --format=csv,noheader,nounits` prints:
 * a line `PID, MIB` for each process and GPU. `[N/A]` and `[Not Supported]` (WSL, some modes of sharing) give undefined.
 */
export function parseComputeApps(text: string): ReadonlyMap<number, number | undefined> {
  const found = new Map<number, number | undefined>();
  for (const line of text.split("\n")) {
    const [, id, amount] = /^\s*(\d+)\s*,\s*(\d+|\[[^\]]*\])\s*$/.exec(line) ?? [];
    if (id === undefined || amount === undefined) continue;
    const pid = Number(id);
    const bytes = amount.startsWith("[") ? undefined : Number(amount) * 1024 * 1024;
    const before = found.get(pid);
    found.set(pid, bytes === undefined ? before : (before ?? 0) + bytes);
  }
  return found;
}

/** Undefined when none of them has a number. */
function sumOf(bytes: ReadonlyMap<number, number | undefined>, pids: readonly number[]): number | undefined {
  const known = pids.flatMap((pid) => bytes.get(pid) ?? []);
  return known.length === 0 ? undefined : known.reduce((total, value) => total + value, 0);
}

/** What it printed; undefined when it failed. A call that hangs in the driver keeps nobody from ending. */
function callDriver(env: GpuMeterOptions["env"], signal: AbortSignal): Promise<string | undefined> {
  return new Promise((resolve) => {
    try {
      const child = execFile(
        "nvidia-smi",
        query,
        { env: { ...env }, cwd: "/", timeout, killSignal: "SIGKILL", signal },
        (error, stdout) => resolve(error === null ? stdout : undefined),
      );
      child.unref();
      for (const stream of [child.stdout, child.stderr]) {
        if (stream !== null && "unref" in stream && typeof stream.unref === "function") stream.unref();
      }
    } catch {
      resolve(undefined);
    }
  });
}

/**
 * The driver numbers processes as the host does; in a container's pid namespace the same number is another process. The
 * host's own has a fixed number (PROC_PID_INIT_INO of the kernel).
 */
function seesHostPids(): boolean {
  try {
    return readlinkSync("/proc/self/ns/pid") === "pid:[4026531836]";
  } catch {
    return false;
  }
}

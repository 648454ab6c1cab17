import { readFile } from "node:fs/promises";
import { systemCode } from "./errors.ts";
import { type ProcessRunner, processRunner } from "./process.ts";

/** Whether a process of this machine runs, and when it began; a process id alone may have been given out again. */
export type ProcessState =
  | { readonly running: false }
  /** `startTime` is opaque and only good for comparing; undefined when the system does not tell. */
  | { readonly running: true; readonly startTime: string | undefined };

/**
 * The state of process `pid` in this process's own pid namespace. A zombie counts as ended.
 * The start time is field 22 of /proc/<pid>/stat (clock ticks since boot, proc_pid_stat(5)) on Linux,
 * and what `ps -o lstart=` prints elsewhere.
 */
export async function processState(
  pid: number,
  platform: NodeJS.Platform = process.platform,
  runner: ProcessRunner = processRunner,
): Promise<ProcessState> {
  if (!isThere(pid)) return { running: false };
  return platform === "linux" ? stateFromProc(pid) : stateFromPs(pid, runner);
}

function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return systemCode(error) === "EPERM";
  }
}

async function stateFromProc(pid: number): Promise<ProcessState> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, "utf8");
    // Field 2 is the program's name in parentheses and may itself hold spaces and parentheses.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const [state] = fields;
    return state === "Z" || state === "X" ? { running: false } : { running: true, startTime: fields[19] };
  } catch {
    // Ended meanwhile, or hidden from us by the hidepid mount option.
    return isThere(pid) ? { running: true, startTime: undefined } : { running: false };
  }
}

async function stateFromPs(pid: number, runner: ProcessRunner): Promise<ProcessState> {
  const env = { ...process.env, LC_ALL: "C", TZ: "UTC" };
  const { stdout } = await runner.run({
    command: "ps",
    args: ["-o", "stat=,lstart=", "-p", String(pid)],
    env,
  });
  const [, state, startTime] = /^\s*(\S+)\s+(.+?)\s*$/.exec(stdout) ?? [];
  if (state === undefined) return isThere(pid) ? { running: true, startTime: undefined } : { running: false };
  return state.startsWith("Z") ? { running: false } : { running: true, startTime };
}

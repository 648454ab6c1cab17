import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";

/** One process as the system tells of it. */
export interface ProcessEntry {
  readonly pid: number;
  readonly parent: number;
  readonly group: number;
  readonly session: number;
  /** See ProcessState; with the pid it names a process for certain. */
  readonly startTime: string;
  /** Seconds of CPU: its own, and of the children that it waited for. */
  readonly cpuSeconds: number;
  readonly memory: number;
}

/** All processes but zombies. Synchronous: whoever is to be ended must not have time to start others. */
export function processTable(): readonly ProcessEntry[] {
  if (process.platform !== "linux") return tableOfPs();
  return pidsInProc().flatMap((pid) => processEntry(pid) ?? []);
}

/** One process of Linux; undefined when it has ended. */
export function processEntry(pid: number): ProcessEntry | undefined {
  try {
    return entryOf(readFileSync(`/proc/${pid}/stat`, "latin1"));
  } catch {
    return undefined;
  }
}

/** Reads a line of /proc/PID/stat (proc_pid_stat(5)); undefined for a process that has ended, and for what is no such line. */
export function entryOf(text: string): ProcessEntry | undefined {
  const pid = /^\d+(?= \()/.exec(text)?.[0];
  if (pid === undefined) return undefined;
  // Field 2 is the program's name in parentheses and may itself hold spaces and parentheses (proc_pid_stat(5)).
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  if (fields[0] === "Z" || fields[0] === "X") return undefined;
  const number = (field: number) => Number(fields[field - 3]);
  return {
    ...{
      pid: Number(pid),
      parent: number(4),
      group: number(5),
      session: number(6),
      startTime: fields[19] ?? "",
    },
    cpuSeconds: (number(14) + number(15) + number(16) + number(17)) / clockTicks,
    memory: number(24) * pageSize,
  };
}

/** The children of all threads of a process, where the kernel lists them; else none. */
export function childrenOf(pid: number): readonly number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
      readFileSync(`/proc/${pid}/task/${thread}/children`, "latin1").split(" ").filter(Boolean).map(Number),
    );
  } catch {
    return [];
  }
}

/** A variable of a process's environment as it was at its start; undefined when it has none or it may not be read. */
export function variableOf(pid: number, name: string): string | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/environ`, "latin1");
    const at = text.startsWith(`${name}=`) ? 0 : text.indexOf(`\0${name}=`) + 1;
    if (at === 0 && !text.startsWith(`${name}=`)) return undefined;
    const end = text.indexOf("\0", at);
    return text.slice(at + name.length + 1, end < 0 ? undefined : end);
  } catch {
    return undefined;
  }
}

/** Fixed for Linux's user space on all architectures that Node runs on. */
export const clockTicks = 100;
export const pageSize = 4096;

function pidsInProc(): readonly number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}

function tableOfPs(): readonly ProcessEntry[] {
  const text = execFileSync("ps", ["-axo", "pid=,ppid=,pgid=,stat=,rss=,lstart="], {
    encoding: "utf8",
    env: { ...process.env, LC_ALL: "C", TZ: "UTC" },
  });
  return text.split("\n").flatMap((line) => {
    const [, pid, parent, group, state, memory, startTime] =
      /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(\S+)\s+(\d+)\s+(.+?)\s*$/.exec(line) ?? [];
    if (startTime === undefined || state?.startsWith("Z")) return [];
    const ids = { pid: Number(pid), parent: Number(parent), group: Number(group), session: 0 };
    return [{ ...ids, startTime, cpuSeconds: 0, memory: Number(memory) * 1024 }];
  });
}

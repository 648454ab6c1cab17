import { readFileSync } from "node:fs";
import type { ResourceSample } from "../../runner.ts";
import type { ProcessEntry } from "./process-table.ts";

/** What went to and came from disks, in bytes; undefined when it may not be known. */
export type DiskUse = { readonly read: number; readonly written: number } | undefined;

/** Sums what the processes of a run use; remembers what those had used that have ended, and the highest of all. */
export function resourceMeter(
  diskUse: (pid: number) => DiskUse = diskUseOf,
): (entries: readonly ProcessEntry[], reaper: number | undefined) => ResourceSample {
  const io = new Map<string, NonNullable<DiskUse>>();
  let cpuSeconds = 0;
  let peakMemory = 0;
  return (entries, reaper) => {
    // A reaper counts only for the CPU of those that it has waited for.
    const commands = entries.filter(({ pid }) => pid !== reaper);
    const memory = sum(commands.map((entry) => entry.memory));
    // A process that ended is counted by the parent that waited for it; what nobody waited for must not be taken away.
    cpuSeconds = Math.max(cpuSeconds, sum(entries.map((entry) => entry.cpuSeconds)));
    peakMemory = Math.max(peakMemory, memory);
    for (const { pid, startTime } of commands) {
      const now = diskUse(pid);
      if (now !== undefined) io.set(`${pid} ${startTime}`, now);
    }
    return {
      ...{ processes: commands.length, cpuSeconds: Math.round(cpuSeconds * 100) / 100, memory, peakMemory },
      readBytes: sum([...io.values()].map(({ read }) => read)),
      writtenBytes: sum([...io.values()].map(({ written }) => written)),
    };
  };
}

/** Only the process's own user may know. */
function diskUseOf(pid: number): DiskUse {
  try {
    const text = readFileSync(`/proc/${pid}/io`, "latin1");
    return {
      read: Number(/^read_bytes: (\d+)/m.exec(text)?.[1] ?? 0),
      written: Number(/^write_bytes: (\d+)/m.exec(text)?.[1] ?? 0),
    };
  } catch {
    return undefined;
  }
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import type { RunCgroup } from "./cgroup.ts";
import { ownCgroup } from "./own-cgroup.ts";

/** Where the kernel counts the processes that it ended for want of memory, by the place of the count. */
export interface OomCounter {
  /** Whose processes are counted. */
  readonly of: "job" | "group" | "machine";
  counts(): ReadonlyMap<string, number>;
}

/**
 * Starts to watch for processes that the kernel ends for want of memory. The result says whose it ended since, as a
 * sentence; undefined when none.
 */
export function watchOom(counter: OomCounter): () => string | undefined {
  const before = counter.counts();
  return () => {
    const after = [...counter.counts()];
    return after.some(([place, count]) => count > (before.get(place) ?? 0))
      ? `the kernel ended a process of ${whose[counter.of]} for want of memory`
      : undefined;
  };
}

const whose = { job: "the job", group: "the job's control group", machine: "this machine" };

/** The narrowest count that holds a run's processes: of its own group, of the group that this process is in, of the machine. */
export function oomCounter(
  cgroup: Pick<RunCgroup, "folder"> | undefined,
  own: typeof ownCgroup = ownCgroup,
): OomCounter {
  const eventsOf = (folder: string | undefined) => {
    const file = folder === undefined ? undefined : path.join(folder, "memory.events");
    return file !== undefined && existsSync(file) ? file : undefined;
  };
  const ofJob = eventsOf(cgroup?.folder);
  if (ofJob !== undefined) return { of: "job", counts: () => countsIn([ofJob]) };
  const ofGroup = eventsOf(own("unified"));
  if (ofGroup !== undefined) return { of: "group", counts: () => countsIn([ofGroup]) };
  const folder = own("memory");
  // The topmost group of a version 1 hierarchy, and that alone, has a release_agent: it stands for the whole machine.
  if (
    folder !== undefined &&
    existsSync(controlOf(folder)) &&
    !existsSync(path.join(folder, "release_agent"))
  )
    return { of: "group", counts: () => countsIn(withGroupsBelow(folder).map(controlOf)) };
  return { of: "machine", counts: () => countsIn(["/proc/vmstat"]) };
}

function controlOf(folder: string): string {
  return path.join(folder, "memory.oom_control");
}

/** Version 1 counts a process for the very group that it was in, version 2 for those above it too. */
function withGroupsBelow(folder: string): readonly string[] {
  try {
    const entries = readdirSync(folder, { withFileTypes: true });
    const below = entries.flatMap((entry) =>
      entry.isDirectory() ? withGroupsBelow(path.join(folder, entry.name)) : [],
    );
    return [folder, ...below];
  } catch {
    return [folder];
  }
}

/** memory.events, memory.oom_control and /proc/vmstat all have a line `oom_kill N` (since Linux 4.13). */
function countsIn(files: readonly string[]): ReadonlyMap<string, number> {
  return new Map(
    files.flatMap((file) => {
      const count = countIn(file);
      return count === undefined ? [] : [[file, count] as const];
    }),
  );
}

function countIn(file: string): number | undefined {
  try {
    const found = /^oom_kill (\d+)$/m.exec(readFileSync(file, "latin1"))?.[1];
    return found === undefined ? undefined : Number(found);
  } catch {
    return undefined;
  }
}

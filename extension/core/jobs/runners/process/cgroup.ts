import {
  accessSync,
  constants,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  statfsSync,
  statSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { systemCode } from "../../../base/errors.ts";
import { ownCgroup } from "./own-cgroup.ts";

/** A control group (version 2) of one attempt of a run: nothing that is started in it gets out by itself. */
export interface RunCgroup {
  readonly folder: string;
  /** A process that writes `0` into this file enters. */
  readonly entrance: string;
  /** All that are in it or in groups below it, as this process's pid namespace numbers them. */
  members(): ReadonlySet<number>;
  /** Ends all of these at once, those that are being started too; does nothing before Linux 5.14. */
  kill(): void;
  /** Bytes; undefined unless the memory controller counts for it. */
  memory(): { readonly memory: number; readonly peakMemory: number } | undefined;
  /** Removes it with the groups below it, unless somebody is left in them. */
  remove(): Promise<void>;
}

/**
 * Makes a group for a run below the one that this process is in. Undefined where there is no version 2, this process may
 * not make groups or move processes, or the kernel refuses: a run goes on without. Removes what earlier runs left empty;
 * `entering` is the milliseconds in which a group is surely entered after it was made.
 */
export function makeRunCgroup(
  mark: string,
  own: string | undefined = ownCgroup("unified"),
  entering = 60_000,
): RunCgroup | undefined {
  if (own === undefined) return undefined;
  const parent = outsideOfRuns(own);
  if (!mayWrite(parent) || !mayWrite(path.join(parent, "cgroup.procs"))) return undefined;
  sweep(parent, entering);
  const folder = makeFolder(path.join(parent, nameOf(mark)));
  if (folder === undefined) return undefined;
  // What is below a threaded group cannot be entered ("domain invalid").
  const usable = read(folder, "cgroup.type")?.trim() === "domain" && mayWrite(entranceOf(folder));
  if (usable) return cgroupAt(folder);
  removeEmpty(folder);
  return undefined;
}

/** The group at `folder`, as a run's handle has it, while it is there and is that of the run with this mark. */
export function findRunCgroup(folder: string | undefined, mark: string): RunCgroup | undefined {
  if (folder === undefined || mark === "" || !path.isAbsolute(folder)) return undefined;
  const name = path.basename(folder);
  if (name !== nameOf(mark) && !name.startsWith(`${nameOf(mark)}-`)) return undefined;
  try {
    return statfsSync(folder).type === cgroup2Magic ? cgroupAt(folder) : undefined;
  } catch {
    return undefined;
  }
}

export function cgroupAt(folder: string): RunCgroup {
  let highest = 0;
  return {
    folder,
    entrance: entranceOf(folder),
    members: () => membersOf(folder),
    kill() {
      try {
        writeFileSync(path.join(folder, "cgroup.kill"), "1");
      } catch {
        // The kernel has none, or the group is gone.
      }
    },
    memory() {
      const memory = numberIn(folder, "memory.current");
      // Nothing is counted as long as nobody has entered.
      if (memory === undefined || memory === 0) return undefined;
      highest = Math.max(highest, memory, numberIn(folder, "memory.peak") ?? 0);
      return { memory, peakMemory: highest };
    },
    remove: () => removeWhenEmpty(folder),
  };
}

/** CGROUP2_SUPER_MAGIC of statfs(2). */
const cgroup2Magic = 0x63677270;

function nameOf(mark: string): string {
  return `sygaldry-${mark.replace(/[^A-Za-z0-9._@-]/g, "_").slice(0, 200)}`;
}

/** The group of some run. systemd's units may begin with the same word (`sygaldry-runner@1.service`). */
const runName = /^sygaldry-[^@]+@\d{8}-\d{6}@/;

/** A job started by a job belongs to no other run: its group lies beside that one's, and its supervisor leaves it. */
function outsideOfRuns(own: string): string {
  const parts = own.split("/");
  const inside = parts.findIndex((part) => runName.test(part));
  if (inside < 0) return own;
  const parent = parts.slice(0, inside).join("/") || "/";
  try {
    writeFileSync(entranceOf(parent), "0");
  } catch {
    // It may not move: then neither may the job.
  }
  return parent;
}

function entranceOf(folder: string): string {
  return path.join(folder, "cgroup.procs");
}

function mayWrite(file: string): boolean {
  try {
    accessSync(file, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** Each attempt has its own: what an earlier one left may still be in that one's. */
function makeFolder(name: string): string | undefined {
  for (let number = 1; number < 10_000; number++) {
    const folder = number === 1 ? name : `${name}-${number}`;
    try {
      mkdirSync(folder);
      return folder;
    } catch (error) {
      if (systemCode(error) !== "EEXIST") return undefined;
    }
  }
  return undefined;
}

/** Removes the groups of runs that ended, or were lost, before the last of their processes did. */
function sweep(parent: string, entering: number): void {
  for (const name of foldersIn(parent)) {
    if (!runName.test(name)) continue;
    const folder = path.join(parent, name);
    try {
      if (Date.now() - statSync(folder).ctimeMs > entering) removeEmpty(folder);
    } catch {
      // Somebody else removed it.
    }
  }
}

async function removeWhenEmpty(folder: string): Promise<void> {
  // A process that nobody can see any more is counted a moment longer.
  for (const pause of [0, 10, 50, 200, 700]) {
    if (pause > 0) await sleep(pause);
    if (removeEmpty(folder) || membersOf(folder).size > 0) return;
  }
}

/** Whether it is gone. While anybody is in one of them, all are left: they may be that one's own. */
function removeEmpty(folder: string): boolean {
  const events = read(folder, "cgroup.events");
  if (events === undefined) return true;
  if (!/^populated 0$/m.test(events)) return false;
  try {
    for (const name of foldersIn(folder)) if (!removeEmpty(path.join(folder, name))) return false;
    rmdirSync(folder);
    return true;
  } catch (error) {
    return systemCode(error) === "ENOENT";
  }
}

function membersOf(folder: string): ReadonlySet<number> {
  const found = new Set<number>();
  const visit = (place: string) => {
    for (const line of (read(place, "cgroup.procs") ?? "").split("\n")) {
      // 0 is a process that this pid namespace does not have.
      if (Number(line) > 0) found.add(Number(line));
    }
    for (const name of foldersIn(place)) visit(path.join(place, name));
  };
  visit(folder);
  return found;
}

function numberIn(folder: string, name: string): number | undefined {
  const text = read(folder, name)?.trim();
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;
}

function foldersIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
      entry.isDirectory() ? [entry.name] : [],
    );
  } catch {
    return [];
  }
}

function read(folder: string, name: string): string | undefined {
  try {
    return readFileSync(path.join(folder, name), "latin1");
  } catch {
    return undefined;
  }
}

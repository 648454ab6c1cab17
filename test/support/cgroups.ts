import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { systemCode } from "../../extension/core/base/errors.ts";
import { ownCgroup } from "../../extension/core/jobs/runners/process/own-cgroup.ts";
import { runId } from "./run-id.ts";

/** A control group whose memory is limited. Disposing removes it, once it is empty. */
export interface MemoryCgroup extends AsyncDisposable {
  /** `cgroup.procs`: a process that writes `0` into it enters. */
  readonly entrance: string;
}

let count = 0;

/** Below the group that this process is in, of whichever version has the memory controller; see `memory-cgroup`. */
export function memoryCgroup(limit: number): MemoryCgroup {
  const place = memoryPlace();
  if (place === undefined) throw new Error("there is no memory controller for this process");
  const folder = path.join(place.folder, `sygaldry-test-${runId}-${++count}`);
  mkdirSync(folder);
  for (const [file, value] of place.limits(limit)) {
    // Swap is limited only where the kernel counts it.
    if (existsSync(path.join(folder, file))) writeFileSync(path.join(folder, file), value);
  }
  return {
    entrance: path.join(folder, "cgroup.procs"),
    [Symbol.asyncDispose]: () => removeWhenEmpty(folder),
  };
}

/** Why no memoryCgroup can be had, for requirements.ts. */
export function missingMemoryCgroup(): string | undefined {
  const place = memoryPlace();
  return place === undefined
    ? "no memory controller is there for groups below this process's own"
    : missingIn(place.folder);
}

/** Why processes cannot be put into groups of version 2 and ended there all at once. */
export function missingCgroup2(): string | undefined {
  const folder = ownCgroup("unified");
  return folder === undefined ? "no cgroup2 is mounted" : missingIn(folder, "cgroup.kill");
}

function missingIn(folder: string, file?: string): string | undefined {
  const probe = path.join(folder, `sygaldry-test-${runId}-probe`);
  try {
    mkdirSync(probe);
    const lacks = file !== undefined && !existsSync(path.join(probe, file));
    rmdirSync(probe);
    return lacks ? `this kernel has no ${file}` : undefined;
  } catch (error) {
    return `${folder} cannot be written (${systemCode(error)})`;
  }
}

function memoryPlace() {
  const unified = ownCgroup("unified");
  if (unified !== undefined && enabledBelow(unified).includes("memory")) {
    const limits = (limit: number) => [
      ["memory.max", String(limit)] as const,
      ["memory.swap.max", "0"] as const,
    ];
    return { folder: unified, limits };
  }
  const folder = ownCgroup("memory");
  if (folder === undefined) return undefined;
  const limits = (limit: number) =>
    ["memory.limit_in_bytes", "memory.memsw.limit_in_bytes"].map((file) => [file, String(limit)] as const);
  return { folder, limits };
}

function enabledBelow(folder: string): readonly string[] {
  try {
    return readFileSync(path.join(folder, "cgroup.subtree_control"), "utf8").trim().split(" ");
  } catch {
    return [];
  }
}

async function removeWhenEmpty(folder: string): Promise<void> {
  for (const until = Date.now() + 10_000; ; await sleep(20)) {
    try {
      return rmdirSync(folder);
    } catch (error) {
      if (systemCode(error) !== "EBUSY" || Date.now() > until) throw error;
    }
  }
}

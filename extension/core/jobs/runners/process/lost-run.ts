import { SygaldryError } from "../../../base/errors.ts";
import type { RunHandle, RunState } from "../../runner.ts";
import { findRunCgroup, type RunCgroup } from "./cgroup.ts";
import { type ProcessHost, thisHost } from "./process-host.ts";
import { type ProcessTree, processTree } from "./process-tree.ts";

/** The control group of a run on this machine by its handle. */
export function cgroupOf(handle: RunHandle): RunCgroup | undefined {
  return findRunCgroup(handle["cgroup"], handle["mark"] ?? "");
}

/** The processes of a run by its handle (`pid`, `start`, `mark`, `reaper`), for whoever did not start it. */
export function treeOf(
  handle: RunHandle,
  host: ProcessHost = thisHost(handle["mark"] ?? "", cgroupOf(handle)),
): ProcessTree {
  const pid = Number(handle["pid"]);
  const leader = Number.isInteger(pid) && pid > 1 ? { pid, startTime: handle["start"] } : undefined;
  return processTree({ mark: handle["mark"] ?? "", leader, reaper: handle["reaper"] === "yes" }, host);
}

/** What still runs of a run whose supervisor is gone. */
export async function leftOf(handle: RunHandle, host?: ProcessHost): Promise<RunState> {
  const reaper = handle["reaper"] === "yes" ? handle["pid"] : undefined;
  const found = (await treeOf(handle, host).find()).filter(({ pid }) => String(pid) !== reaper);
  return found.length > 0
    ? { state: "running", processes: found.length }
    : { state: "ended", end: { rc: undefined, cause: "lost" } };
}

/** Ends all of a run's processes. Throws SYG-JOB for those that cannot be ended. */
export async function endTree(tree: ProcessTree, grace: number): Promise<void> {
  const left = await tree.end(grace);
  if (left.length === 0) return;
  const pids = left.map(({ pid }) => pid).join(", ");
  throw new SygaldryError("SYG-JOB", `processes ${pids} of the job cannot be ended`, {
    next: "They are another user's, or wait for a device: see `ps`.",
  });
}

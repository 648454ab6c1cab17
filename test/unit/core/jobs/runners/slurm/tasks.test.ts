import { describe, expect, it } from "vitest";
import {
  isOver,
  isQueued,
  parseSacct,
  parseScontrol,
} from "../../../../../../extension/core/jobs/runners/slurm/tasks.ts";

/** What Slurm 22.05.8 printed, up to the fields that follow all that is read. */
const line = (id: number, middle: string) =>
  `JobId=${id} ${middle} Requeue=0 Restarts=0 BatchFlag=1 Reboot=0`;
const head =
  "JobName=demo UserId=root(0) GroupId=root(0) MCS_label=N/A Priority=4294901753 Nice=0 Account=(null) QOS=(null)";
const waiting =
  "ExitCode=0:0 RunTime=00:00:00 TimeLimit=UNLIMITED TimeMin=N/A SubmitTime=2026-11-24T21:54:35 EligibleTime=2026-11-24T21:54:35 StartTime=Unknown EndTime=Unknown NodeList=";

const nothing = {
  ...{ task: undefined, reason: undefined, node: undefined, exitCode: 0, signal: undefined },
  ...{ by: undefined, expected: undefined },
};

describe("parseScontrol", () => {
  it("reads a job that waits, with its reason and when it is expected to start", () => {
    const pending = line(
      7,
      `${head} JobState=PENDING Reason=ReqNodeNotAvail,_UnavailableNodes:vm Dependency=(null) ${waiting}`,
    );
    const reason = "ReqNodeNotAvail,_UnavailableNodes:vm";
    expect(parseScontrol(`${pending}\n`)).toEqual([{ ...nothing, state: "PENDING", reason }]);
    const planned = pending.replace("StartTime=Unknown", "StartTime=2026-11-25T08:00:00");
    expect(parseScontrol(planned)).toEqual([
      { ...nothing, state: "PENDING", reason, expected: "2026-11-25T08:00:00" },
    ]);
  });

  it("reads the node, exit code and signal", () => {
    const told = (state: string, exit: string) =>
      line(
        11,
        `${head} JobState=${state} Reason=None Dependency=(null) ExitCode=${exit} StartTime=2026-11-24T21:54:54 NodeList=vm BatchHost=vm`,
      );
    expect(parseScontrol(told("RUNNING", "0:0"))).toEqual([{ ...nothing, state: "RUNNING", node: "vm" }]);
    expect(parseScontrol(told("CANCELLED", "0:9"))).toEqual([
      { ...nothing, state: "CANCELLED", node: "vm", signal: 9 },
    ]);
    expect(parseScontrol(told("FAILED", "7:0"))).toMatchObject([{ exitCode: 7, signal: undefined }]);
  });

  it("gives a task of an array for each that waits, and each that does not", () => {
    const task = (number: string, state: string) =>
      line(
        5,
        `ArrayJobId=5 ArrayTaskId=${number} ArrayTaskThrottle=2 ${head} JobState=${state} Reason=None ExitCode=0:0`,
      );
    const text = [task("3,5-9:2%2", "PENDING"), task("2", "RUNNING"), task("1", "COMPLETED")].join("\n");
    expect(parseScontrol(text).map(({ task: number, state }) => [number, state])).toEqual([
      [3, "PENDING"],
      [5, "PENDING"],
      [7, "PENDING"],
      [9, "PENDING"],
      [2, "RUNNING"],
      [1, "COMPLETED"],
    ]);
  });

  it("reads nothing from anything else", () => {
    expect(parseScontrol("")).toEqual([]);
    expect(parseScontrol("slurm_load_jobs error: Invalid job id specified\n")).toEqual([]);
    expect(parseScontrol("NoJobState=FAILED")).toEqual([]);
  });
});

describe("parseSacct", () => {
  it("reads jobs and tasks, not steps, and who cancelled", () => {
    const text =
      "12|CANCELLED by 1000|0:15|node3\n12.batch|FAILED|143:0|node3\n13_4|OUT_OF_MEMORY|0:125|node4\n14|TIMEOUT|0:0|None assigned\nrubbish\n";
    expect(parseSacct(text)).toEqual([
      { ...nothing, state: "CANCELLED", by: "1000", node: "node3", signal: 15 },
      { ...nothing, task: 4, state: "OUT_OF_MEMORY", node: "node4", signal: 125 },
      { ...nothing, state: "TIMEOUT" },
    ]);
  });
});

describe("states", () => {
  it.each(["PENDING", "RUNNING", "COMPLETING", "SUSPENDED", "CONFIGURING"])("%s is not over", (state) => {
    expect(isOver({ ...nothing, state })).toBe(false);
  });

  it.each([
    "COMPLETED",
    "FAILED",
    "TIMEOUT",
    "NODE_FAIL",
    "OUT_OF_MEMORY",
    "PREEMPTED",
    "CANCELLED",
    "DEADLINE",
  ])("%s is over", (state) => {
    expect(isOver({ ...nothing, state })).toBe(true);
    expect(isQueued({ ...nothing, state })).toBe(false);
  });
});

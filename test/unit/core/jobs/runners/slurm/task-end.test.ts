import { describe, expect, it } from "vitest";
import type { SlurmNotice, TaskEnd } from "../../../../../../extension/core/jobs/runners/slurm/run-folder.ts";
import { arrayEnd, taskEnd } from "../../../../../../extension/core/jobs/runners/slurm/task-end.ts";
import type { SlurmTask } from "../../../../../../extension/core/jobs/runners/slurm/tasks.ts";

const exited = (rc: number, more: Partial<TaskEnd> = {}) => ({
  node: "n1",
  slurm: "5",
  end: { rc, cause: "exit", oomKills: 0, ...more } as const,
});
const began = { node: "n1", slurm: "5", end: undefined };
const slurm = (state: string, more: Partial<SlurmTask> = {}): SlurmTask => ({
  ...{ task: undefined, state, reason: undefined, node: "n1", exitCode: 0, signal: undefined },
  ...{ by: undefined, expected: undefined, ...more },
});
const told = (cause: SlurmNotice["cause"]): readonly SlurmNotice[] => [{ slurm: "5", cause }];
const facts = { record: undefined, notices: [], slurm: undefined, folder: "/jobs/x" };

describe("taskEnd", () => {
  it.each([
    ["success", { record: exited(0) }, { rc: 0, cause: "exit" }],
    ["an exit code", { record: exited(7), slurm: slurm("FAILED") }, { rc: 7, cause: "exit" }],
    ["255, which is no signal", { record: exited(255) }, { rc: 255, cause: "exit" }],
    ["a signal", { record: exited(139) }, { rc: 139, cause: "signal", signal: "SIGSEGV" }],
    ["a missing program", { record: exited(127, { cause: "start" }) }, { rc: 127, cause: "start" }],
    ["memory, by the kernel's count", { record: exited(137, { oomKills: 1 }) }, { rc: 137, cause: "oom" }],
    [
      "memory, of a child that was got over",
      { record: exited(0, { oomKills: 1 }) },
      { rc: 0, cause: "exit" },
    ],
    ["memory, by Slurm", { record: exited(137), slurm: slurm("OUT_OF_MEMORY") }, { rc: 137, cause: "oom" }],
    [
      "time, told by the log alone",
      { record: began, notices: told("time limit") },
      { rc: undefined, cause: "timeout" },
    ],
    [
      "time, got over in order",
      { record: exited(0), notices: told("time limit") },
      { rc: 0, cause: "timeout" },
    ],
    ["a deadline", { slurm: slurm("DEADLINE") }, { cause: "timeout" }],
    ["a node's failure", { record: exited(143), notices: told("node failure") }, { rc: 143, cause: "lost" }],
    ["a node's failure, told by Slurm", { record: began, slurm: slurm("NODE_FAIL") }, { cause: "lost" }],
    ["preemption", { record: exited(143), slurm: slurm("PREEMPTED") }, { rc: 143, cause: "lost" }],
    [
      "a dependency",
      { slurm: slurm("CANCELLED", { reason: "DependencyNeverSatisfied" }) },
      { cause: "dependency" },
    ],
    [
      "cancelled by somebody",
      { record: exited(143), notices: told("cancelled") },
      { rc: 143, cause: "stopped" },
    ],
    ["cancelled, but done", { record: exited(0), slurm: slurm("CANCELLED") }, { rc: 0, cause: "stopped" }],
    ["a signal that was taken", { record: exited(0), notices: told("cancelled") }, { rc: 0, cause: "exit" }],
    ["a folder that is not there", { slurm: slurm("FAILED", { exitCode: 2 }) }, { rc: 2, cause: "start" }],
    [
      "a killed script",
      { record: began, slurm: slurm("FAILED", { signal: 9 }) },
      { rc: 137, cause: "signal", signal: "SIGKILL" },
    ],
    [
      "an end that could not be written",
      { record: began, slurm: slurm("FAILED", { exitCode: 3 }) },
      { rc: 3, cause: "exit" },
    ],
    ["nothing known", { record: began }, { rc: undefined, cause: "lost" }],
  ])("%s", (_title, some, end) => {
    expect(taskEnd({ ...facts, ...some })).toMatchObject(end);
  });

  it("says who cancelled, where, and why", () => {
    const reasonOf = (some: object) => taskEnd({ ...facts, ...some }).reason;
    expect(reasonOf({ slurm: slurm("CANCELLED", { by: "1000" }) })).toBe(
      "it was cancelled in Slurm by user 1000",
    );
    expect(reasonOf({ record: began, slurm: slurm("TIMEOUT") })).toBe(
      "the time that Slurm gave it on n1 was up",
    );
    expect(reasonOf({ slurm: slurm("FAILED") })).toContain("/jobs/x must be there too");
    expect(reasonOf({ record: exited(7) })).toBeUndefined();
  });
});

describe("arrayEnd", () => {
  it("has succeeded when all tasks have", () => {
    const good = { rc: 0, cause: "exit" } as const;
    expect(
      arrayEnd(
        new Map([
          [1, good],
          [2, good],
        ]),
      ),
    ).toEqual(good);
  });

  it("ends as the first that failed, and counts them", () => {
    const ends = new Map(
      Array.from({ length: 9 }, (_, task) => [
        task,
        task < 2
          ? { rc: 0, cause: "exit" as const }
          : { rc: undefined, cause: "lost" as const, reason: "gone" },
      ]),
    );
    expect(arrayEnd(ends)).toEqual({
      ...{ rc: undefined, cause: "lost" },
      reason:
        "7 of 9 tasks did not succeed: 2 (lost), 3 (lost), 4 (lost), 5 (lost), 6 (lost), …; task 2: gone",
    });
  });
});

import { describe, expect, it } from "vitest";
import { SygaldryError } from "../../../../../../extension/core/base/errors.ts";
import {
  endOfCommand,
  endOfContainer,
} from "../../../../../../extension/core/jobs/runners/container/container-end.ts";
import { parseTable } from "../../../../../../extension/core/jobs/runners/container/container-host.ts";
import type {
  ContainerSight,
  JobContainer,
} from "../../../../../../extension/core/jobs/runners/container/job-container.ts";

const before: ContainerSight = {
  ...{ id: "c1", name: "dev", running: true, startedAt: "2026-01-01T00:00:00Z", exitCode: undefined },
  ...{ outOfMemory: false, environment: [] },
};

/** Answers with each sight in turn, then with the last for ever; an error is thrown. */
function container(...sights: readonly (Partial<ContainerSight> | Error | undefined)[]): JobContainer {
  let asked = 0;
  const inspect = async () => {
    const sight = sights[Math.min(asked++, sights.length - 1)];
    if (sight instanceof Error) throw sight;
    return sight === undefined ? undefined : { ...before, ...sight };
  };
  const unused = () => Promise.reject(new Error("not asked for"));
  return { inspect, current: unused, exec: unused };
}

describe("the end of a container (unit)", () => {
  it.each([
    ["is told as removed", undefined, "its container dev was removed"],
    [
      "is told with its exit code",
      { running: false, exitCode: 143 },
      "its container dev was stopped (exit code 143)",
    ],
    [
      "is told as one for want of memory",
      { running: false, exitCode: 137, outOfMemory: true },
      "its container dev was stopped for want of memory (exit code 137)",
    ],
    [
      "is told when it runs again",
      { startedAt: "2026-01-01T01:00:00Z" },
      "its container dev was restarted at 2026-01-01T01:00:00Z",
    ],
  ])("%s", async (_, sight, reason) => {
    expect(await endOfContainer(container(sight), before)).toEqual({ rc: undefined, cause: "lost", reason });
  });

  it("is none while it runs", async () => {
    expect(await endOfContainer(container({}), before)).toBeUndefined();
  });
});

describe("the end of a command in a container (unit)", () => {
  it("is that of its exit code", async () => {
    expect(await endOfCommand(container({}), before, 0)).toEqual({ rc: 0, cause: "exit" });
    expect(await endOfCommand(container({}), before, 143)).toMatchObject({
      cause: "signal",
      signal: "SIGTERM",
    });
  });

  it("is that of its container, when that is seen a moment later", async () => {
    const ending = container({}, {}, { running: false, exitCode: 0 });
    expect(await endOfCommand(ending, before, 137)).toMatchObject({ cause: "lost" });
    expect(await endOfCommand(container({}), before, 137)).toMatchObject({ cause: "signal", rc: 137 });
  });

  it("waits for an engine that does not answer for a while", async () => {
    const silent = new SygaldryError("SYG-ENGINE-MISSING", "nobody answers");
    expect(await endOfCommand(container(silent, silent, undefined), before, 137)).toMatchObject({
      reason: "its container dev was removed",
    });
  });
});

describe("a table of processes (unit)", () => {
  it("is read, with what may not be known left out, and what is none left alone", () => {
    const table = parseTable([
      ...["self 9", "p 23 0 23 23 1189119 150 321 4096 8192 job@run@1", "p 24 23 23 23 1189120 0 10 - - -"],
      ...["p 25 nonsense", "oom 3", ""],
    ]);
    expect(table.self).toBe(9);
    expect(table.oomKills).toBe(3);
    expect(table.entries).toEqual([
      {
        pid: 23,
        parent: 0,
        group: 23,
        session: 23,
        startTime: "1189119",
        cpuSeconds: 1.5,
        memory: 321 * 4096,
      },
      { pid: 24, parent: 23, group: 23, session: 23, startTime: "1189120", cpuSeconds: 0, memory: 40_960 },
    ]);
    expect([...table.marks]).toEqual([[23, "job@run@1"]]);
    expect([...table.disk]).toEqual([[23, { read: 4096, written: 8192 }]]);
  });
});

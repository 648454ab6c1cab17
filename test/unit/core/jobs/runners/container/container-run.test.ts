import { PassThrough } from "node:stream";
import { describe, expect, it } from "vitest";
import { SygaldryError } from "../../../../../../extension/core/base/errors.ts";
import { endOfRun, stopRun } from "../../../../../../extension/core/jobs/runners/container/container-run.ts";
import type { ProcessTree } from "../../../../../../extension/core/jobs/runners/process/process-tree.ts";

const silent = () => Promise.reject(new SygaldryError("SYG-JOB", "it has not answered"));
const sight = {
  ...{ id: "c1", name: "dev", running: true, startedAt: "2026-01-01T00:00:00Z", exitCode: undefined },
  ...{ outOfMemory: false, environment: [] },
};

describe("a run in a container that does not answer (unit)", () => {
  it("is stopped when the container answers again", async () => {
    let asked = 0;
    const tree: ProcessTree = {
      find: silent,
      glance: silent,
      end: () => (++asked < 3 ? silent() : Promise.resolve([])),
    };
    await stopRun(tree, 0);
    expect(asked).toBe(3);
  });

  it("says which processes cannot be ended", async () => {
    const left = { ...{ pid: 7, parent: 1, group: 7, session: 7, startTime: "1" }, cpuSeconds: 0, memory: 0 };
    const tree: ProcessTree = { find: silent, glance: silent, end: () => Promise.resolve([left]) };
    await expect(stopRun(tree, 0)).rejects.toThrow("processes 7 of the job cannot be ended");
  });

  it("ends as its command did, though nobody can look for what that left", async () => {
    const container = { inspect: async () => sight, current: async () => sight, exec: silent };
    const host = {
      ...{ look: silent, send: silent, diskUse: () => undefined, oomKills: () => 0, close() {} },
    };
    const run = {
      ...{ container, before: sight, host, leader: undefined, reaper: false, oomBefore: 0 },
      tree: { find: silent, glance: silent, end: silent },
      gpu: { memoryOf: async () => undefined, dispose() {} },
      stopped: async () => {},
    };
    expect(await endOfRun(run, Promise.resolve(3), [new PassThrough()])).toEqual({ rc: 3, cause: "exit" });
  });
});

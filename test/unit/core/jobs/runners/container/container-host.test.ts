import { expect, it } from "vitest";
import { containerHost } from "../../../../../../extension/core/jobs/runners/container/container-host.ts";
import type { JobContainer } from "../../../../../../extension/core/jobs/runners/container/job-container.ts";

const sight = {
  ...{ id: "c1", name: "dev", running: true, startedAt: "2026-01-01T00:00:00Z", exitCode: undefined },
  ...{ outOfMemory: false, environment: [] },
};

it("a host that is closed while it asks for its container opens no agent any more (unit)", async () => {
  let opened = 0;
  let answer: (now: typeof sight) => void = () => {};
  const container: JobContainer = {
    current: () => Promise.reject(new Error("not asked for")),
    inspect: () => new Promise((resolve) => (answer = resolve)),
    exec: async () => {
      opened++;
      return 127;
    },
  };
  const host = containerHost(container, sight);
  const look = host.look();
  host.close();
  answer(sight);
  expect((await look).entries).toEqual([]);
  expect(opened).toBe(0);
});

import { once } from "node:events";
import type { Readable } from "node:stream";
import { afterEach, expect, it, vi } from "vitest";
import { openAgent } from "../../../../../../extension/core/jobs/runners/container/agent.ts";
import type { JobContainer } from "../../../../../../extension/core/jobs/runners/container/job-container.ts";

afterEach(() => void vi.useRealTimers());

it("an agent that does not answer is let go of: its input ends, so that it ends when it goes on (unit)", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  let input: Readable | undefined;
  const container: JobContainer = {
    current: () => Promise.reject(new Error("not asked for")),
    inspect: () => Promise.reject(new Error("not asked for")),
    exec: (_, { stdin }) => {
      input = stdin;
      return new Promise(() => {});
    },
  };
  const agent = openAgent(container, "c1");
  const answer = agent.ask("table");
  const refused = expect(answer).rejects.toThrow("has not answered for 15 s");
  await vi.advanceTimersByTimeAsync(15_000);
  await refused;
  expect(agent.closed()).toBe(true);
  const ended = once(input as Readable, "end");
  input?.resume();
  await ended;
});

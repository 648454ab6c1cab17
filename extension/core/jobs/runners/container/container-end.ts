import { setTimeout as sleep } from "node:timers/promises";
import { messageOf } from "../../../base/errors.ts";
import type { RunEnd } from "../../runner.ts";
import { endOfCode } from "../exit-code.ts";
import type { ContainerSight, JobContainer } from "./job-container.ts";

type Before = Pick<ContainerSight, "id" | "name" | "startedAt">;

/** Milliseconds in which an engine that does not answer is asked again: it may be restarted meanwhile. */
const enginePatience = 5 * 60_000;

/** Milliseconds in which the end of a container is seen after that of the commands in it, and the other way round. */
const settling = 1_000;

/** Milliseconds between looks at a container. */
export const poll = 5_000;

/** How the end of this start of a container ends a run in it; undefined while it goes on. Throws as `inspect` does. */
export async function endOfContainer(
  container: JobContainer,
  before: Before,
  signal?: AbortSignal,
): Promise<RunEnd | undefined> {
  const now = await container.inspect(before.id, signal);
  const name = `its container ${before.name}`;
  if (now === undefined) return lost(`${name} was removed`);
  if (!now.running) {
    const code = now.exitCode === undefined ? "" : ` (exit code ${now.exitCode})`;
    return lost(`${name} was stopped${now.outOfMemory ? " for want of memory" : ""}${code}`);
  }
  return now.startedAt === before.startedAt
    ? undefined
    : lost(`${name} was restarted at ${now.startedAt ?? "a time that is not known"}`);
}

/** Resolves when this start of the container is over, and what its command wrote has had time to arrive. */
export async function untilContainerEnds(
  container: JobContainer,
  before: Before,
  settled: Promise<unknown>,
  signal: AbortSignal,
): Promise<RunEnd> {
  for (;;) {
    await sleep(poll, undefined, { signal });
    const end = await patiently(() => endOfContainer(container, before, signal), signal);
    if (end === undefined) continue;
    await Promise.race([settled, sleep(settling, undefined, { signal })]);
    return end;
  }
}

/** How a command ended by its exit code, unless that came with the end of its container. */
export async function endOfCommand(container: JobContainer, before: Before, rc: number): Promise<RunEnd> {
  const end = endOfCode(rc);
  const until = performance.now() + settling;
  for (;;) {
    const gone = await patiently(() => endOfContainer(container, before));
    if (gone !== undefined) return gone;
    if (end.signal !== "SIGKILL" || performance.now() > until) return end;
    await sleep(100);
  }
}

/** An engine that does not answer is no answer: it is asked again, for minutes. */
export async function patiently(
  look: () => Promise<RunEnd | undefined>,
  signal?: AbortSignal,
): Promise<RunEnd | undefined> {
  const until = performance.now() + enginePatience;
  for (let pause = 200; ; pause = Math.min(pause * 1.5, 5_000)) {
    try {
      return await look();
    } catch (error) {
      signal?.throwIfAborted();
      if (performance.now() > until)
        return lost(`its container's engine does not answer: ${messageOf(error)}`);
      await sleep(pause, undefined, { signal });
    }
  }
}

export function lost(reason: string): RunEnd {
  return { rc: undefined, cause: "lost", reason };
}

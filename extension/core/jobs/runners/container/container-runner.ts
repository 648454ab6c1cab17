import { PassThrough } from "node:stream";
import { SygaldryError } from "../../../base/errors.ts";
import type { RunHandle, Runner, Running, RunRequest, RunState } from "../../runner.ts";
import { gpuMeter } from "../process/gpu.ts";
import { endTree, leftOf, treeOf } from "../process/lost-run.ts";
import { markVariable } from "../process/process-host.ts";
import { processTree } from "../process/process-tree.ts";
import { reaperCommand } from "../process/reaper.ts";
import { type Agent, openAgent } from "./agent.ts";
import { announcedStderr, announcing } from "./announced.ts";
import { endOfContainer } from "./container-end.ts";
import { containerHost } from "./container-host.ts";
import { type ContainerRun, endOfRun, samplerOf, stopRun } from "./container-run.ts";
import type { ContainerSight, JobContainer } from "./job-container.ts";

/**
 * Runs commands in the project's dev container. The supervisor stays outside: it hears of the command through the engine,
 * and looks at its processes through a script in the container (agent.ts).
 */
export function containerRunner(container: JobContainer): Runner {
  return {
    kind: "container",
    start: (request, signal) => start(container, request, signal),
    look: (handle, signal) => look(container, handle, signal),
    async end(handle, grace) {
      const begun = startOf(handle);
      if (begun === undefined) return;
      const host = containerHost(container, begun);
      try {
        await endTree(treeOf(handle, host), grace);
      } finally {
        host.close();
      }
    },
  };
}

type ContainerStart = Pick<ContainerSight, "id" | "name" | "startedAt">;

/** Undefined for a run that was lost before it began: a command waits until its handle is written down. */
function startOf({ container, name = "", started }: RunHandle): ContainerStart | undefined {
  return container === undefined ? undefined : { id: container, name, startedAt: started };
}

/** Undefined when no engine answers. */
async function look(
  container: JobContainer,
  handle: RunHandle,
  signal: AbortSignal | undefined,
): Promise<RunState | undefined> {
  const before = startOf(handle);
  if (before === undefined) return { state: "ended", end: { rc: undefined, cause: "lost" } };
  const host = containerHost(container, before);
  try {
    const end = await endOfContainer(container, before, signal);
    return end === undefined ? await leftOf(handle, host) : { state: "ended", end };
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof SygaldryError) return undefined;
    throw error;
  } finally {
    host.close();
  }
}

async function start(
  container: JobContainer,
  request: RunRequest,
  signal: AbortSignal | undefined,
): Promise<Running> {
  const before = await container.current(signal);
  const { cwd, env, mark } = request;
  const agent = openAgent(container, before.id, { cwd, searchPath: env["PATH"] });
  const host = containerHost(container, before, agent);
  try {
    const { argv, reaper } = await commandLine(agent, request, before);
    await host.look();
    const oomBefore = host.oomKills();
    const [stdin, stdout] = [new PassThrough(), new PassThrough()];
    const { stream: stderr, process } = announcedStderr();
    const code = container.exec(before.id, {
      ...{ argv: announcing(argv), cwd, stdin, stdout, stderr, env: { ...env, [markVariable]: mark } },
    });
    // The command waits for `begin`: when this fails, nothing has run.
    const leader = await Promise.race([process, code.then(() => undefined)]);
    const tree = processTree({ mark, leader, own: true, reaper }, host);
    let stopping: Promise<void> = Promise.resolve();
    const run = {
      container,
      before,
      host,
      tree,
      gpu: gpuMeter(),
      leader,
      reaper,
      oomBefore,
      stopped: () => stopping,
    };
    return {
      ...{ handle: handleOf(mark, run), stdout, stderr },
      begin: () => void stdin.end("go\n"),
      ended: endOfRun(run, code, [stdout, stderr]),
      stop: (grace) => (stopping = stopRun(tree, grace)),
      sample: samplerOf(run),
    };
  } catch (error) {
    host.close();
    const gone = await endOfContainer(container, before).catch(() => undefined);
    throw gone === undefined
      ? error
      : new SygaldryError("SYG-NO-CONTAINER", gone.reason ?? "", { cause: error });
  }
}

/** The reaper's, where there can be one. Throws SYG-TOOL-MISSING when the container has no such program. */
async function commandLine(
  agent: Agent,
  { argv, env }: RunRequest,
  { environment }: ContainerSight,
): Promise<{ readonly argv: readonly string[]; readonly reaper: boolean }> {
  const [program = ""] = argv;
  const [refused] = await agent.ask(`which ${Buffer.from(program).toString("hex")}`);
  if (refused !== "ok") {
    const message = `${JSON.stringify(program)} cannot be started in the container (${refused})`;
    throw new SygaldryError("SYG-TOOL-MISSING", message, {
      next: `Have it installed there (tools or apt.packages in sygaldry.yaml), then run \`sygaldry up\`.`,
    });
  }
  const [, arch = ""] = ((await agent.ask("hello"))[0] ?? "").split(" ");
  const reaped = reaperCommand(argv, { ...variablesOf(environment), ...env }, nodeArch(arch));
  return { argv: reaped ?? argv, reaper: reaped !== undefined };
}

function variablesOf(environment: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    environment.map((variable) => {
      const [name = "", ...rest] = variable.split("=");
      return [name, rest.join("=")];
    }),
  );
}

/** Node's name of an architecture by Perl's (`x86_64-linux-gnu-thread-multi`). */
function nodeArch(perl: string): string {
  const [cpu = ""] = perl.split("-");
  const names: Readonly<Record<string, string>> = {
    ...{ x86_64: "x64", aarch64: "arm64", powerpc64le: "ppc64", i386: "ia32", i686: "ia32" },
  };
  return names[cpu] ?? cpu;
}

function handleOf(mark: string, { before, leader, reaper }: ContainerRun): RunHandle {
  const { id, name, startedAt } = before;
  return {
    ...{ container: id, name, ...(startedAt === undefined ? {} : { started: startedAt }), mark },
    ...(leader === undefined ? {} : { pid: String(leader.pid), start: leader.startTime }),
    ...(reaper ? { reaper: "yes" } : {}),
  };
}

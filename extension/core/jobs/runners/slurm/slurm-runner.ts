import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { SygaldryError, systemCode } from "../../../base/errors.ts";
import { type Command, type ProcessRunner, processRunner } from "../../../base/process.ts";
import type { RunEnd, RunHandle, Runner, Running, RunRequest, RunState } from "../../runner.ts";
import { markVariable } from "../process/process-host.ts";
import { arrayTasks } from "./array.ts";
import { type AskSlurm, slurmAsker } from "./ask.ts";
import { cancel, slurmEnvironment, submissionEnvironment, submit } from "./commands.ts";
import { follow } from "./follow.ts";
import type { SlurmResources } from "./resources.ts";
import { taskFolder } from "./run-folder.ts";
import { runScript } from "./run-script.ts";
import { isOver, isQueued } from "./tasks.ts";
import { recorded, settledLook, type WatchedRun, watch } from "./watch.ts";
import { onNode, type SlurmPlace } from "./within.ts";

export interface SlurmOptions {
  /** Where runs keep their files: absolute, and the same on every node. Each run makes a folder of its own in it. */
  readonly folder: string;
  readonly resources?: SlurmResources;
  /** As sbatch takes it: `0-9`, `1,3,7-9%2`. */
  readonly array?: string | undefined;
  /** Ids of Slurm jobs that must have succeeded before. */
  readonly after?: readonly string[];
  /** What executes the command on the node. Default: the node itself. */
  readonly place?: SlurmPlace;
  /** The environment of Slurm's own commands, which the job inherits, as is usual with Slurm. Default: this process's. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly runner?: ProcessRunner;
}

export interface SlurmRunner extends Runner {
  readonly attach: (handle: RunHandle) => Running;
}

/** Runs commands as batch jobs of the site's own Slurm, through its command line tools. */
export function slurmRunner(options: SlurmOptions): SlurmRunner {
  const slurm = slurmOf(options);
  const attach = (handle: RunHandle) => attachTo(slurm, handle);
  return {
    kind: "slurm",
    start: async (request, signal) => attach(await submitRun(slurm, options, request, signal)),
    async look(handle, signal) {
      if (handle["slurm"] === undefined) return unsubmitted;
      return settledLook(watchedRun(handle), slurm.ask, signal);
    },
    async end(handle, grace, signal) {
      if (handle["slurm"] !== undefined) await endRun(slurm, watchedRun(handle), grace, signal);
    },
    attach,
  };
}

/** Its supervisor was gone before it knew the job's id in Slurm. */
const unsubmitted: RunState = { state: "ended", end: { rc: undefined, cause: "lost" } };

/** The end of a run as it is written in its folder, without asking Slurm; undefined when nothing is, or not of all tasks. */
export async function recordedEnd(handle: RunHandle): Promise<RunEnd | undefined> {
  if (handle["slurm"] === undefined || handle["folder"] === undefined) return undefined;
  return recorded(watchedRun(handle));
}

interface Slurm {
  readonly ask: AskSlurm;
  readonly runner: ProcessRunner;
  readonly env: Readonly<Record<string, string>>;
}

function slurmOf({ env = process.env, runner = processRunner }: SlurmOptions): Slurm {
  const kept = slurmEnvironment(env);
  return { ask: slurmAsker(runner, kept), runner, env: kept };
}

async function submitRun(
  { runner, env }: Slurm,
  { folder: parent, resources = {}, array, after, place = { kind: "command" } }: SlurmOptions,
  request: RunRequest,
  signal: AbortSignal | undefined,
): Promise<RunHandle> {
  const [program = ""] = request.argv;
  if (program === "" || program.startsWith("-")) {
    throw new SygaldryError("SYG-USAGE", `${JSON.stringify(program)} cannot be a program's name`);
  }
  if (array !== undefined) arrayTasks(array);
  const folder = await makeFolder(parent, `${request.job}-${request.run}`);
  const script = runScript(folder, onNode(place, request));
  await writeFile(path.join(folder, "run.sh"), script, { mode: 0o600, flag: "wx" });
  const query = submit({
    ...{ name: request.job, folder, resources },
    ...(array === undefined ? {} : { array }),
    ...(after === undefined ? {} : { after }),
    env: { ...submissionEnvironment({ ...env, ...request.env }), [markVariable]: request.mark },
  });
  signal?.throwIfAborted();
  // Not with the signal: a submission that is cut off may still have been taken on.
  const result = await runner.run(query, { timeout: 120_000 });
  const id = result.exitCode === 0 ? query.parse(result.stdout) : "";
  if (id === "") throw refused(result.stderr, result.timedOut, request.job);
  return {
    slurm: id,
    folder,
    runs: place.kind,
    mark: request.mark,
    ...(array === undefined ? {} : { array }),
  };
}

/** A retry of a run gets a folder of its own. */
async function makeFolder(parent: string, name: string): Promise<string> {
  await mkdir(parent, { recursive: true });
  for (let attempt = 1; ; attempt += 1) {
    const folder = path.join(parent, `${name}.slurm${attempt === 1 ? "" : `-${attempt}`}`);
    try {
      await mkdir(folder, { mode: 0o700 });
      return folder;
    } catch (error) {
      if (systemCode(error) !== "EEXIST" || attempt > 1000) throw error;
    }
  }
}

function refused(stderr: string, timedOut: boolean, job: string): SygaldryError {
  if (timedOut) {
    return new SygaldryError("SYG-JOB", `sbatch has not answered within two minutes for ${job}`, {
      next: `Slurm may have taken it on all the same: look with squeue --me --name=${job}.`,
    });
  }
  const said = stderr
    .trim()
    .split("\n")
    .map((line) => line.replace(/^sbatch: (?:error: )?/, ""))
    .slice(-4)
    .join("; ");
  return new SygaldryError("SYG-JOB", `Slurm does not take the job on: ${said}`, {
    next: "See with sinfo what the site's partitions offer, and what you asked for with --cpus, --mem, --gpus, --time, --partition.",
  });
}

function watchedRun(handle: RunHandle): WatchedRun {
  const { slurm, folder, array } = handle;
  if (slurm === undefined || folder === undefined) {
    throw new SygaldryError("SYG-JOB", "the job's status does not tell its id in Slurm and its folder");
  }
  return { id: slurm, folder, tasks: array === undefined ? [undefined] : arrayTasks(array) };
}

function attachTo(slurm: Slurm, handle: RunHandle): Running {
  const run = watchedRun(handle);
  const listeners = new Set<(state: RunState) => void>();
  let over = false;
  let stopping = false;
  let last: RunState | undefined;
  const watched = watch(run, slurm.ask, (state) => {
    last = state;
    for (const listener of listeners) listener(state);
  });
  const ended = watched.ended.then((end) => {
    over = true;
    return stopping ? asStopped(end) : end;
  });
  const stream = (name: "stdout" | "stderr") =>
    follow(
      run.tasks.map((task) => ({
        file: path.join(taskFolder(run.folder, task), name),
        prefix: task === undefined ? "" : `[${task}] `,
      })),
      () => over,
    );
  return {
    ...{ handle, ended, stdout: stream("stdout"), stderr: stream("stderr") },
    onState(listener) {
      listeners.add(listener);
      if (last !== undefined) listener(last);
    },
    async stop(grace) {
      stopping = true;
      watched.hurry();
      await endRun(slurm, run, grace);
      await ended;
    },
    // Slurm measures a job by plugins that sites set up in different ways, or not at all.
    sample: async () => undefined,
  };
}

/** How the command took the signal does not matter when it was told to stop. */
function asStopped(end: RunEnd): RunEnd {
  return end.cause === "signal" ? { ...end, cause: "stopped" } : end;
}

/** Beyond the grace, for what the kernel and Slurm need to clear up. */
const clearing = 60_000;

async function endRun(
  { ask, runner, env }: Slurm,
  run: WatchedRun,
  grace: number,
  signal?: AbortSignal,
): Promise<void> {
  const tell = (command: Command) => runner.run({ ...command, env }, { timeout: 60_000 });
  const left = async () => {
    const answer = await ask(run.id, signal);
    if (answer.kind === "tasks") return answer.tasks.filter((task) => !isOver(task));
    throw new SygaldryError(
      "SYG-JOB",
      `Slurm does not answer, so its job ${run.id} cannot be ended: ${answer.why}`,
      {
        next: `When it answers again: scancel ${run.id}`,
      },
    );
  };
  const isGone = async (within: number) => {
    const until = performance.now() + within;
    do {
      if ((await left()).length === 0) return true;
      await delay(500, undefined, signal === undefined ? {} : { signal });
    } while (performance.now() < until);
    return false;
  };
  const tasks = await left();
  if (tasks.length === 0) return;
  await tell(cancel(run.id, { state: "PENDING" }));
  if (!tasks.every(isQueued)) await tell(cancel(run.id, { signal: "TERM" }));
  if (await isGone(grace)) return;
  await tell(cancel(run.id, { signal: "KILL" }));
  await tell(cancel(run.id));
  if (await isGone(clearing)) return;
  throw new SygaldryError("SYG-JOB", `Slurm has not ended its job ${run.id} within a minute of KILL`, {
    next: `See what its node says: scontrol show job ${run.id}`,
  });
}

import { mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { processRunner, runChecked } from "../../extension/core/base/process.ts";
import { docker } from "./docker.ts";
import { runId } from "./run-id.ts";
import { type RunningProcess, startProcess } from "./running.ts";

/** A Docker engine of a test's own, which can be ended and started without touching this machine's. */
export interface PrivateDockerd extends AsyncDisposable {
  /** For the environment of whoever shall talk to it. */
  readonly env: Readonly<Record<string, string | undefined>>;
  start(): Promise<void>;
  /** SIGTERM: it stops its containers and goes. SIGKILL: it and all that it runs are gone at once, as in a power cut. */
  stop(signal: "SIGTERM" | "SIGKILL"): Promise<void>;
  /** Copies an image of this machine's engine. */
  load(image: string): Promise<void>;
}

export interface PrivateDockerdOptions {
  /** How much it can store, in megabytes, in memory. Default: as much as the temporary folder can. */
  readonly room?: number;
}

/**
 * Starts a dockerd with its own state, socket, and namespaces: of the network, because a second engine in one network
 * takes the bridge of the first, and of processes, so that nothing outlives it. Its containers have no way outside.
 */
export async function startPrivateDockerd(options: PrivateDockerdOptions = {}): Promise<PrivateDockerd> {
  const folder = await mkdtemp(path.join(tmpdir(), `sygaldry-test-${runId}-dockerd-`));
  const at = (name: string) => path.join(folder, name);
  if (options.room !== undefined) await mountMemory(at("data"), options.room);
  const env = { DOCKER_HOST: `unix://${at("docker.sock")}`, DOCKER_CONTEXT: undefined };
  let running: RunningProcess | undefined;
  const stop: PrivateDockerd["stop"] = async (signal) => {
    if (running === undefined) return;
    if (signal === "SIGKILL") running.signal(signal);
    else process.kill(await childOf(running.pid), signal);
    await running.ended;
    running = undefined;
  };
  const start = async () => {
    // As after a reboot: the ids in there are those of other processes in the new namespace.
    for (const name of ["pid", "exec"]) await rm(at(name), { recursive: true, force: true });
    running = startProcess({ command: "unshare", args: [...namespaces, "dockerd", ...dockerdArguments(at)] });
    const ended = running.ended.then(() => {
      throw new Error(`dockerd ended:\n${running?.output()}`);
    });
    await Promise.race([untilAnswers({ ...process.env, ...env }), ended]);
    ended.catch(() => {});
  };
  const dispose = async () => {
    await stop("SIGKILL");
    if (options.room !== undefined) await processRunner.run({ command: "umount", args: ["-l", at("data")] });
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await start();
  } catch (error) {
    await dispose();
    throw error;
  }
  return {
    ...{ env, start, stop, [Symbol.asyncDispose]: dispose },
    async load(image) {
      await docker(["save", "-o", at("image.tar"), image]);
      await docker(["load", "-i", at("image.tar")], { env: { ...process.env, ...env } });
      await rm(at("image.tar"));
    },
  };
}

/** What `unshare` (util-linux) makes anew; with `--kill-child` all of it goes with its first process. */
export const namespaces: readonly string[] = [
  ...["--net", "--pid", "--fork", "--mount-proc", "--kill-child=KILL"],
];

async function mountMemory(folder: string, megabytes: number): Promise<void> {
  await mkdir(folder);
  const args = ["-t", "tmpfs", "-o", `size=${megabytes}m`, "sygaldry-test", folder];
  await runChecked(processRunner, { command: "mount", args });
}

function dockerdArguments(at: (name: string) => string): readonly string[] {
  return [
    ...["--data-root", at("data"), "--exec-root", at("exec"), "--pidfile", at("pid")],
    ...["--host", `unix://${at("docker.sock")}`],
  ];
}

async function untilAnswers(env: NodeJS.ProcessEnv): Promise<void> {
  const command = { command: "docker", args: ["info"], env };
  for (let attempt = 0; attempt < 300; attempt += 1) {
    if ((await processRunner.run(command)).exitCode === 0) return;
    await delay(100);
  }
  await runChecked(processRunner, command);
}

async function childOf(pid: number): Promise<number> {
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, "utf8");
  return Number.parseInt(children, 10);
}

import { randomBytes } from "node:crypto";
import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { hostname, tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { processRunner, runChecked } from "../../extension/core/base/process.ts";
import { shellJoin } from "../../extension/core/base/shell.ts";
import { runId } from "./run-id.ts";
import { type RunningProcess, startProcess } from "./running.ts";

/** A Slurm of a test's own: a controller and one node, with eight CPUs and two pretended GPUs. */
export interface PrivateSlurm extends AsyncDisposable {
  /** For the environment of Slurm's commands. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** A folder that the node sees under the same path. */
  readonly folder: string;
  readonly node: string;
  /** What one of Slurm's commands prints. */
  run(command: string, ...args: readonly string[]): Promise<string>;
}

/**
 * Starts munged, slurmctld and slurmd of Debian's slurm-wlm (22.05) as root, without systemd and apart from any Slurm of
 * this machine. They and all their jobs live in a PID namespace and end with it.
 */
export async function startPrivateSlurm(): Promise<PrivateSlurm> {
  const folder = await mkdtemp(path.join(tmpdir(), `sygaldry-test-${runId}-slurm-`));
  const at = (name: string) => path.join(folder, name);
  const node = hostname().split(".")[0] ?? "localhost";
  await writeConfiguration(folder, node);
  const env = { ...process.env, SLURM_CONF: at("slurm.conf") };
  const daemons = startProcess({
    command: "unshare",
    args: ["--pid", "--fork", "--mount-proc", "--kill-child=KILL", "sh", "-c", daemonScript(folder, node)],
    env,
  });
  const run = async (command: string, ...args: readonly string[]) =>
    (await runChecked(processRunner, { command, args, env })).stdout;
  const dispose = async () => {
    daemons.signal("SIGKILL");
    await daemons.ended;
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    await untilIdle(() => processRunner.run({ command: "sinfo", args: ["-h", "-o", "%T"], env }), daemons);
    await mkdir(at("jobs"));
  } catch (error) {
    await dispose();
    throw error;
  }
  return { env, folder: at("jobs"), node, run, [Symbol.asyncDispose]: dispose };
}

async function writeConfiguration(folder: string, node: string): Promise<void> {
  const at = (name: string) => path.join(folder, name);
  for (const name of ["run", "state", "spool", "dev"]) await mkdir(at(name));
  // munged wants no other to be able to write above its socket.
  await chmod(folder, 0o755);
  await writeFile(at("munge.key"), randomBytes(128), { mode: 0o400 });
  for (const gpu of ["nvidia0", "nvidia1"]) {
    await runChecked(processRunner, { command: "mknod", args: [at(`dev/${gpu}`), "c", "1", "3"] });
  }
  if (await canLeaveCgroupsAlone()) await writeFile(at("cgroup.conf"), "CgroupPlugin=disabled\n");
  await writeFile(at("gres.conf"), `Name=gpu File=${at("dev")}/nvidia[0-1]\n`);
  const [controller, daemon] = await freePorts(2);
  const settings = {
    ...{ ClusterName: "sygaldry-test", SlurmctldHost: `${node}(127.0.0.1)`, SlurmUser: "root" },
    ...{ AuthInfo: `socket=${at("run/munge.socket")}`, SlurmctldPort: controller, SlurmdPort: daemon },
    ...{ StateSaveLocation: at("state"), SlurmdSpoolDir: at("spool") },
    ...{ SlurmctldPidFile: at("run/slurmctld.pid"), SlurmdPidFile: at("run/slurmd.pid") },
    ...{
      SlurmdParameters: "config_overrides",
      SchedulerParameters: "sched_min_interval=100000,bf_interval=1",
    },
    ...{ ProctrackType: "proctrack/linuxproc", TaskPlugin: "task/none", ReturnToService: 2, KillWait: 2 },
    ...{ SelectType: "select/cons_tres", SelectTypeParameters: "CR_Core", GresTypes: "gpu" },
    ...{ JobCompType: "jobcomp/filetxt", JobCompLoc: at("completed") },
  };
  const lines = [
    ...Object.entries(settings).map(([name, value]) => `${name}=${value}`),
    `NodeName=${node} NodeAddr=127.0.0.1 CPUs=8 RealMemory=1000 Gres=gpu:2`,
    "PartitionName=debug Nodes=ALL Default=YES",
  ];
  await writeFile(at("slurm.conf"), `${lines.join("\n")}\n`);
}

/** From 23.11 on slurmd wants systemd or a say in the matter; 22.05 does not know the setting. */
async function canLeaveCgroupsAlone(): Promise<boolean> {
  const env = { ...process.env, PATH: `${process.env["PATH"] ?? ""}:/usr/sbin:/sbin` };
  const { stdout } = await runChecked(processRunner, { command: "slurmd", args: ["-V"], env });
  const [, year = "0", month = "0"] = /(\d+)\.(\d+)/.exec(stdout) ?? [];
  return Number(year) * 100 + Number(month) >= 2311;
}

function daemonScript(folder: string, node: string): string {
  const at = (name: string) => path.join(folder, name);
  const munged = [
    ...["munged", "--foreground", "--force", `--key-file=${at("munge.key")}`],
    ...[`--socket=${at("run/munge.socket")}`, `--pid-file=${at("run/munged.pid")}`],
    ...[`--seed-file=${at("munge.seed")}`, "--num-threads=2"],
  ];
  return [
    "PATH=$PATH:/usr/sbin:/sbin",
    `${shellJoin(munged)} &`,
    `while [ ! -S ${shellJoin([at("run/munge.socket")])} ]; do sleep 0.05; done`,
    "slurmctld -D &",
    `slurmd -D -N ${node} &`,
    // The first process of the namespace takes in orphans, as a node's init does.
    "wait",
  ].join("\n");
}

async function untilIdle(
  ask: () => Promise<{ readonly stdout: string }>,
  daemons: RunningProcess,
): Promise<void> {
  for (let attempt = 0; attempt < 300; attempt += 1) {
    if ((await ask()).stdout.trim() === "idle") return;
    await delay(100);
  }
  throw new Error(`Slurm did not come up:\n${daemons.output()}`);
}

/** Free when they are asked for; several at once, so that they differ. */
async function freePorts(count: number): Promise<readonly number[]> {
  const servers = Array.from({ length: count }, () => createServer());
  const ports = await Promise.all(
    servers.map(
      (server) =>
        new Promise<number>((resolve, reject) => {
          server.once("error", reject);
          server.listen(0, "127.0.0.1", () => {
            const address = server.address();
            resolve(typeof address === "object" && address !== null ? address.port : 0);
          });
        }),
    ),
  );
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

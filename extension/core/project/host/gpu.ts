import { type Fact, known, unknown } from "../../base/fact.ts";
import type { Command, ProcessRunner } from "../../base/process.ts";
import type { Environment } from "../overrides.ts";
import { type Bounds, bounded } from "./bounded.ts";
import { cdiDevices } from "./cdi.ts";
import type { EngineCore } from "./engine.ts";
import { executablesOnPath, isExecutable } from "./executables.ts";
import type { GpuFacts } from "./facts.ts";
import type { HostPaths } from "./host-paths.ts";
import { readDriverFolder } from "./nvidia-driver.ts";
import { type GpuQuery, gpuQueryCommand, parseCudaVersion, parseGpuQuery } from "./nvidia-smi.ts";

export interface GpuProbe {
  readonly runner: ProcessRunner;
  readonly environment: Environment;
  readonly paths: HostPaths;
  readonly bounds: Bounds;
  /** Ask nvidia-smi even where the kernel driver's folder lists the GPUs. */
  readonly details: boolean;
}

type DriverFacts = Pick<GpuFacts, "devices" | "driver" | "cuda">;

/** Starts no program where neither nvidia-smi nor the kernel driver is there. */
export async function probeGpu(probe: GpuProbe, engine: Promise<Fact<EngineCore>>): Promise<GpuFacts> {
  const [driver, engineFact] = await Promise.all([probeDriver(probe), engine]);
  const named = engineFact.known ? engineFact.value.cdiDevices : [];
  const cdi = await bounded(probe.bounds, () => cdiDevices(probe.paths.cdi, named));
  return {
    ...driver,
    runtime: engineFact.known ? known(engineFact.value.runtimes.includes("nvidia")) : unknown(engineFact.why),
    cdi: cdi.known ? cdi.value : unknown(cdi.why),
  };
}

async function probeDriver(probe: GpuProbe): Promise<DriverFacts> {
  const [file, folder] = await Promise.all([
    findNvidiaSmi(probe),
    bounded(probe.bounds, () => readDriverFolder(probe.paths.nvidiaDriver)),
  ]);
  const shown = folder.known ? folder.value : undefined;
  if (shown !== undefined && (file === undefined || (!probe.details && shown.devices.length > 0))) {
    return {
      devices: known(shown.devices),
      driver:
        shown.driver === undefined ? unknown("the driver does not tell its version") : known(shown.driver),
      cuda: unknown(file === undefined ? "there is no nvidia-smi on PATH" : "not asked for"),
    };
  }
  return file === undefined ? withoutDriver : askNvidiaSmi(file, probe);
}

const noDriver = unknown<string>("there is no NVIDIA driver on this machine");
const withoutDriver: DriverFacts = { devices: known([]), driver: noDriver, cuda: noDriver };

async function findNvidiaSmi({ environment, paths }: GpuProbe): Promise<string | undefined> {
  const [onPath] = await executablesOnPath(["nvidia-smi"], environment);
  if (onPath !== undefined) return onPath;
  const there = await Promise.all(paths.nvidiaSmi.map(isExecutable));
  return paths.nvidiaSmi.find((_, index) => there[index]);
}

async function askNvidiaSmi(file: string, probe: GpuProbe): Promise<DriverFacts> {
  const [query, cuda] = await Promise.all([
    bounded(probe.bounds, (signal) => queryGpus(file, probe, signal)),
    bounded(probe.bounds, (signal) => queryCuda(file, probe, signal)),
  ]);
  const why = query.known ? "no GPU is there to tell it" : `${file}: ${query.why}`;
  return {
    devices: query.known ? known(query.value.devices) : unknown(why),
    driver: query.known && query.value.driver !== undefined ? known(query.value.driver) : unknown(why),
    cuda: cuda.known ? cuda : unknown(`${file}: ${cuda.why}`),
  };
}

async function queryGpus(file: string, probe: GpuProbe, signal: AbortSignal): Promise<GpuQuery> {
  const full = await run(gpuQueryCommand(file, "with capability"), probe, signal);
  if (full.ok) return parseGpuQuery(full.stdout, "with capability");
  if (/no devices were found/i.test(full.said)) return { devices: [], driver: undefined };
  if (!/compute_cap/.test(full.said)) throw new Error(full.said);
  const rest = await run(gpuQueryCommand(file, "without capability"), probe, signal);
  if (!rest.ok) throw new Error(rest.said);
  return parseGpuQuery(rest.stdout, "without capability");
}

/** Older ones do not know --version and say it in the head of their table. */
async function queryCuda(file: string, probe: GpuProbe, signal: AbortSignal): Promise<string> {
  for (const args of [["--version"], []]) {
    const { stdout } = await run({ command: file, args }, probe, signal);
    const version = parseCudaVersion(stdout);
    if (version !== undefined) return version;
  }
  throw new Error("does not tell the CUDA version");
}

async function run(command: Command, { runner, environment }: GpuProbe, signal: AbortSignal) {
  const { exitCode, stdout, stderr } = await runner.run({ ...command, env: environment }, { signal });
  const [line] = `${stdout}\n${stderr}`.trim().split("\n");
  return { ok: exitCode === 0, stdout, said: line ? line.slice(0, 200) : `exited with ${exitCode}` };
}

import { type Fact, known, unknown } from "../../base/fact.ts";
import type { ProcessRunner } from "../../base/process.ts";
import type { Environment } from "../overrides.ts";
import { type Bounds, bounded } from "./bounded.ts";
import { type ClientLooks, chooseClient, lookAtClients } from "./client.ts";
import { freeBytes } from "./disk.ts";
import { type EngineCore, type EngineProbe, probeEngine, probeEngineFree } from "./engine.ts";
import type { EngineFacts, HostFacts } from "./facts.ts";
import { probeGpu } from "./gpu.ts";
import { type HostPaths, hostPaths } from "./host-paths.ts";
import { probeMemory } from "./memory.ts";
import { hostArch, probePlatform } from "./platform.ts";
import { probeUser } from "./user.ts";

export interface ProbeOptions {
  readonly runner: ProcessRunner;
  readonly engine: EngineProbe;
  /** Absolute; need not exist. */
  readonly storageRoot: string;
  readonly environment: Environment;
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds for each probe. Default 5000. */
  readonly timeout?: number;
  readonly need?: ProbeNeed;
  /** Where to look, for tests. */
  readonly paths?: HostPaths;
}

interface ProbeNeed {
  /** The client and its builder, about 100 ms. Default false: `engine.client` is unknown. */
  readonly client?: boolean;
  /**
   * Memory, compute capability and CUDA version of the GPUs, for which nvidia-smi is run. Default true; with false a Linux
   * machine whose driver lists its GPUs answers at once without them.
   */
  readonly gpuDetails?: boolean;
}

/** Finds out about this machine, all probes at once. Throws only SYG-CANCELLED, when `signal` fires. */
export async function probeHost(options: ProbeOptions): Promise<HostFacts> {
  const { runner, environment, paths = hostPaths, need = {} } = options;
  const bounds: Bounds = { timeout: options.timeout ?? 5000, signal: options.signal };
  const platform = probePlatform(environment, paths);
  const engine = probeEngine(options.engine, platform, bounds);
  const clients = need.client ? lookAtClients({ runner, environment, bounds }) : undefined;
  const gpu = probeGpu({ runner, environment, paths, bounds, details: need.gpuDetails ?? true }, engine);
  const probes = [
    combine(engine, clients),
    gpu,
    bounded(bounds, () => freeBytes(options.storageRoot)),
    engine.then((fact) => probeEngineFree(fact, bounds)),
  ] as const;
  // All have ended before a cancelled one is reported: nothing goes on behind the caller's back.
  await Promise.allSettled(probes);
  const [engineFacts, gpuFacts, storageFree, engineFree] = await Promise.all(probes);
  return {
    platform: await platform,
    arch: hostArch(),
    user: probeUser(environment),
    engine: engineFacts,
    gpu: gpuFacts,
    storageFree,
    engineFree,
    memory: probeMemory(),
  };
}

async function combine(
  engine: Promise<Fact<EngineCore>>,
  clients: Promise<ClientLooks> | undefined,
): Promise<Fact<EngineFacts>> {
  const [fact, looks] = await Promise.all([engine, clients]);
  if (!fact.known) return fact;
  const { machine: _, ...core } = fact.value;
  return known({
    ...core,
    client: looks === undefined ? unknown("not asked for") : chooseClient(looks, core.name),
  });
}

import { hostname } from "node:os";
import { type Fact, known, unknown } from "../../base/fact.ts";
import { type Bounds, bounded } from "./bounded.ts";
import { freeBytes } from "./disk.ts";
import type { EngineFacts, Platform } from "./facts.ts";

/** What the probe asks of a container engine; ContainerEngine of core/container has it. */
export interface EngineProbe {
  version(signal?: AbortSignal): Promise<{
    readonly version: string;
    readonly apiVersion: string;
    /** The engine's platform name; holds "Podman" for Podman. */
    readonly platform: string;
  }>;
  info(signal?: AbortSignal): Promise<{
    readonly operatingSystem: string;
    readonly storageDriver: string;
    readonly rootDirectory: string;
    readonly securityOptions: readonly string[];
    readonly runtimes: readonly string[];
    readonly cdiDevices: readonly string[];
    /** The host name of the engine's machine. */
    readonly name: string;
  }>;
}

export type EngineCore = Omit<EngineFacts, "client"> & { readonly machine: string };

/** All but the client, which is a program of this machine. */
export function probeEngine(
  engine: EngineProbe,
  platform: Promise<Platform>,
  bounds: Bounds,
): Promise<Fact<EngineCore>> {
  return bounded(bounds, async (signal) => {
    const [version, info] = await Promise.all([engine.version(signal), engine.info(signal)]);
    return {
      name: /podman/i.test(version.platform) ? "podman" : "docker",
      version: version.version,
      apiVersion: version.apiVersion,
      rootless: info.securityOptions.some((option) => /(^|,)name=rootless(,|$)/.test(option)),
      desktop: isDesktop(info.operatingSystem, await platform),
      operatingSystem: info.operatingSystem,
      storageDriver: info.storageDriver,
      rootDirectory: info.rootDirectory,
      runtimes: info.runtimes,
      cdiDevices: info.cdiDevices,
      machine: info.name,
    };
  });
}

/** Bytes free where the engine keeps its images, if that is a file system of this machine. */
export async function probeEngineFree(engine: Fact<EngineCore>, bounds: Bounds): Promise<Fact<number>> {
  if (!engine.known) return unknown(engine.why);
  const { desktop, machine, rootDirectory } = engine.value;
  if (desktop) return unknown("the engine runs in a virtual machine");
  if (machine !== hostname()) return unknown(`the engine runs on another machine (${machine})`);
  if (rootDirectory === "") return unknown("the engine does not tell where it keeps images");
  const free = await bounded(bounds, () => freeBytes(rootDirectory));
  return free.known ? known(free.value) : unknown(`${rootDirectory}: ${free.why}`);
}

/** No engine runs on macOS or Windows itself; elsewhere Docker Desktop is the one with a machine of its own. */
function isDesktop(operatingSystem: string, platform: Platform): boolean {
  return platform === "macos" || platform === "windows" || /docker desktop/i.test(operatingSystem);
}

import type { Fact } from "../../base/fact.ts";

/** What this machine is and has. Every fact is known, or unknown with the reason; probing never fails a run. */
export interface HostFacts {
  readonly platform: Platform;
  /** As Docker names it: amd64, arm64. */
  readonly arch: "amd64" | "arm64" | "other";
  readonly user: UserFacts;
  readonly engine: Fact<EngineFacts>;
  readonly gpu: GpuFacts;
  /** Bytes free where the storage root is (or will be). */
  readonly storageFree: Fact<number>;
  /** Bytes free where the engine keeps images; unknown when that is not on this machine's file system. */
  readonly engineFree: Fact<number>;
  /** Bytes of main memory. */
  readonly memory: Fact<number>;
}

export type Platform = "linux" | "macos" | "wsl" | "windows" | "other";

export interface UserFacts {
  /** Numeric ids; 0 on hosts that have none (Windows). */
  readonly uid: number;
  readonly gid: number;
  readonly name: string;
}

export interface EngineFacts {
  readonly name: "docker" | "podman";
  readonly version: string;
  readonly apiVersion: string;
  /** The engine runs as an ordinary user: its root is our uid. */
  readonly rootless: boolean;
  /** The engine's own machine differs from this one (Docker Desktop, a VM): ids are translated there. */
  readonly desktop: boolean;
  readonly operatingSystem: string;
  readonly storageDriver: string;
  readonly rootDirectory: string;
  /** Names of the OCI runtimes the engine is configured with: runc, nvidia … */
  readonly runtimes: readonly string[];
  /** CDI device names the engine knows; engines before 28 do not tell. */
  readonly cdiDevices: readonly string[];
  readonly client: Fact<ClientFacts>;
}

/** The docker (or podman) command that builds; of those on PATH the first with the best builder. */
export interface ClientFacts {
  readonly path: string;
  readonly version: string;
  /**
   * buildx: the plugin. buildkit: built into the client, behind DOCKER_BUILDKIT=1. buildah: what podman builds with, which
   * knows `RUN --mount` too. legacy: none of these, no `RUN --mount`.
   */
  readonly builder: "buildx" | "buildkit" | "buildah" | "legacy";
  /** What VS Code and the devcontainers CLI build with: the builder of the first docker on PATH. */
  readonly plainBuilder: ClientFacts["builder"];
}

export interface GpuFacts {
  /** GPUs that are truly there, by nvidia-smi (or /proc/driver/nvidia); empty when there is none. */
  readonly devices: Fact<readonly GpuDevice[]>;
  readonly driver: Fact<string>;
  /** The CUDA version the driver supports at most, as nvidia-smi says. */
  readonly cuda: Fact<string>;
  /** The engine has a runtime named nvidia. */
  readonly runtime: Fact<boolean>;
  /** NVIDIA's CDI devices that /etc/cdi, /var/run/cdi or the engine name, e.g. nvidia.com/gpu=all; sorted. */
  readonly cdi: Fact<readonly string[]>;
}

export interface GpuDevice {
  readonly index: number;
  readonly uuid: string;
  readonly name: string;
  /** Bytes; undefined where the driver does not tell (GPUs that share the main memory) or was not asked. */
  readonly memory: number | undefined;
  /** Compute capability, e.g. "9.0"; undefined where the driver does not tell or was not asked. */
  readonly capability: string | undefined;
}

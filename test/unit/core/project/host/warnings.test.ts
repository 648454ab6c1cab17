import { describe, expect, test } from "vitest";
import { known, unknown } from "../../../../../extension/core/base/fact.ts";
import type {
  ClientFacts,
  EngineFacts,
  GpuFacts,
  HostFacts,
} from "../../../../../extension/core/project/host/facts.ts";
import { hostWarnings } from "../../../../../extension/core/project/host/warnings.ts";

const device = { index: 0, uuid: "GPU-a", name: "H100", memory: 8e10, capability: "9.0" };
const client: ClientFacts = {
  ...{ path: "/usr/bin/docker", version: "28.2.2", builder: "buildx", plainBuilder: "buildx" },
};
const engine: EngineFacts = {
  name: "docker",
  version: "28.2.2",
  apiVersion: "1.50",
  rootless: false,
  desktop: false,
  operatingSystem: "Debian",
  storageDriver: "overlay2",
  rootDirectory: "/var/lib/docker",
  runtimes: ["runc", "nvidia"],
  cdiDevices: [],
  client: known(client),
};
const gpu: GpuFacts = {
  devices: known([device]),
  driver: known("550.54.15"),
  cuda: known("12.4"),
  runtime: known(true),
  cdi: known([]),
};
const good: HostFacts = {
  platform: "linux",
  arch: "amd64",
  user: { uid: 1000, gid: 1000, name: "me" },
  engine: known(engine),
  gpu,
  storageFree: known(50e9),
  engineFree: known(50e9),
  memory: known(16e9),
};
const withGpu = (change: Partial<GpuFacts>): HostFacts => ({ ...good, gpu: { ...gpu, ...change } });

describe("hostWarnings (unit)", () => {
  test("has nothing to say about a good machine, or one that tells nothing", () => {
    expect(hostWarnings(good)).toEqual([]);
    const silent = {
      devices: known([]),
      driver: unknown<string>("-"),
      cuda: unknown<string>("-"),
      runtime: unknown<boolean>("-"),
      cdi: known([]),
    };
    const nothing = unknown<number>("-");
    expect(
      hostWarnings({
        ...good,
        engine: unknown("-"),
        gpu: silent,
        storageFree: nothing,
        engineFree: nothing,
        memory: nothing,
      }),
    ).toEqual([]);
  });

  test.each<[HostFacts, string]>([
    [
      { ...good, storageFree: known(49.9e9) },
      "Only 49.9 GB are free at the storage root; 50.0 GB are advised.",
    ],
    [
      { ...good, engineFree: known(0) },
      "Only 0 B are free where the engine keeps images; 50.0 GB are advised.",
    ],
    [{ ...good, memory: known(8e9) }, "This machine has only 8.0 GB of memory; 16.0 GB are advised."],
    [
      { ...good, engine: known({ ...engine, client: known({ ...client, builder: "legacy" }) }) },
      "/usr/bin/docker has only the legacy builder, without cache mounts and parallel stages; install the buildx plugin.",
    ],
    [
      withGpu({ runtime: known(false) }),
      "This machine has a GPU, but the engine has neither an nvidia runtime nor CDI devices; install nvidia-container-toolkit.",
    ],
    [
      withGpu({ runtime: known(false), cdi: unknown("/etc/cdi/x.yaml: damaged") }),
      "This machine has a GPU, but the engine has neither an nvidia runtime nor CDI devices (/etc/cdi/x.yaml: damaged); install nvidia-container-toolkit.",
    ],
    [withGpu({ devices: known([]) }), "The engine has an nvidia runtime, but this machine has no GPU."],
    [
      withGpu({ devices: unknown("nvidia-smi: timed out after 5 s") }),
      "Whether this machine has a GPU is unknown: nvidia-smi: timed out after 5 s.",
    ],
  ])("%#", (facts, warning) => {
    expect(hostWarnings(facts)).toEqual([warning]);
  });

  test("CDI devices are a way to the GPU as good as the runtime", () => {
    expect(hostWarnings(withGpu({ runtime: known(false), cdi: known(["nvidia.com/gpu=all"]) }))).toEqual([]);
  });

  test("has nothing to say about no GPU and no way to one", () => {
    expect(hostWarnings(withGpu({ devices: known([]), runtime: known(false) }))).toEqual([]);
  });
});

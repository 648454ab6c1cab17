import { describe, expect, it } from "vitest";
import { known } from "../../../../extension/core/base/fact.ts";
import { gpuHost, plainHost, planOf } from "../../../support/plans.ts";

describe("planContainer", () => {
  it("takes ubuntu without a GPU and CUDA with one", async () => {
    expect((await planOf("")).base).toEqual({ kind: "image", reference: "ubuntu:24.04" });
    const withGpu = await planOf("", gpuHost({ runtime: true, cdi: [] }));
    expect(withGpu.base).toEqual({ kind: "image", reference: "nvidia/cuda:12.9.1-cudnn-devel-ubuntu24.04" });
    expect((await planOf("image: {base: 'debian:12'}", gpuHost({ runtime: true, cdi: [] }))).base).toEqual({
      kind: "image",
      reference: "debian:12",
    });
  });

  it("goes through a registry mirror unless the image names its registry", async () => {
    const base = async (reference: string) =>
      (await planOf(`{image: {base: "${reference}"}, mirrors: {registry: reg.example/mirror/}}`)).base;
    expect(await base("ubuntu:24.04")).toMatchObject({
      reference: "reg.example/mirror/library/ubuntu:24.04",
    });
    expect(await base("nvidia/cuda:1")).toMatchObject({ reference: "reg.example/mirror/nvidia/cuda:1" });
    expect(await base("ghcr.io/a/b:1")).toMatchObject({ reference: "ghcr.io/a/b:1" });
  });

  it("makes a base with debootstrap, and refuses what is no suite", async () => {
    expect((await planOf("image: {base: 'debootstrap:bookworm'}")).base).toMatchObject({
      kind: "debootstrap",
      suite: "bookworm",
    });
    await expect(planOf("image: {base: 'debootstrap:Book/worm'}")).rejects.toMatchObject({
      code: "SYG-CONFIG-INVALID",
    });
  });

  it("gives the user the host's ids, and root's in a rootless engine", async () => {
    expect((await planOf("")).user.ids).toEqual({ uid: 1234, gid: 5678 });
    const rootless = {
      ...plainHost,
      engine: known({
        name: "docker" as const,
        version: "27",
        apiVersion: "1.47",
        rootless: true,
        desktop: false,
        operatingSystem: "Linux",
        storageDriver: "overlay2",
        rootDirectory: "/",
        runtimes: [],
        cdiDevices: [],
        client: { known: false as const, why: "not asked" },
      }),
    };
    expect((await planOf("", rootless)).user.ids).toEqual({ uid: 0, gid: 0 });
    expect((await planOf("devcontainer: {mode: portable}")).user.ids).toBe("host");
  });

  it("holds nothing of this machine in portable mode", async () => {
    const plan = await planOf(
      "{devcontainer: {mode: portable}, mounts: ['./data:/data', '~/sets:/sets:rw', '/srv/x:/x']}",
    );
    const sources = plan.mounts.map((mount) => mount.source);
    expect(sources.join("\n")).not.toMatch(/ada|srv\/sygaldry|1234/);
    expect(sources).toContain("${localWorkspaceFolder}/data");
    expect(sources).toContain("${localEnv:HOME}/sets");
    expect(sources).toContain("${localEnv:SYGALDRY_CONTAINER_ROOT:/var/tmp/sygaldry}/repo/spack_store");
    expect(plan.secretFolder).toMatch(/^\$\{localEnv:XDG_RUNTIME_DIR/);
  });

  it("mounts read-only unless writing is asked for", async () => {
    const { mounts } = await planOf(
      "mounts: ['/a:/a', '/b:/b:rw', {source: c, target: /c}, {source: /d, target: /d, readonly: false}]",
    );
    const own = mounts
      .filter((mount) => !mount.storage)
      .map(({ source, target, readonly }) => [source, target, readonly]);
    expect(own).toEqual([
      ["/a", "/a", true],
      ["/b", "/b", false],
      ["/home/ada/repo/c", "/c", true],
      ["/d", "/d", false],
    ]);
  });

  it("refuses two mounts at one place", async () => {
    for (const config of [
      "mounts: ['/a:/workspace']",
      "mounts: ['/a:/opt/hf_cache']",
      "mounts: ['/a:/data', '/b:/data:rw']",
      "mounts: ['/a:/run/secrets']",
      "workspace: /home/kvothe",
    ]) {
      await expect(planOf(config), config).rejects.toMatchObject({
        code: "SYG-CONFIG-INVALID",
        message: expect.stringMatching(/^\/\S+ is mounted twice: /),
      });
    }
    expect((await planOf("mounts: ['/a:/workspace/data', '/a:/home/kvothe/x']")).mounts).toHaveLength(9);
  });

  it("has the workspace's place changed without a rebuild", async () => {
    const plan = await planOf("workspace: /work");
    expect(plan.environment).toMatchObject({ SYGALDRY_WORKSPACE: "/work" });
    expect(plan.imageEnvironment).not.toHaveProperty("SYGALDRY_WORKSPACE");
  });

  it("turns resources, network, ports and sudo into engine arguments", async () => {
    const plan = await planOf(
      "{resources: {cpus: 2.5, memory: 8g, shm: 1g, pids: 512}, network: host, ports: [8888, '127.0.0.1:80:8080'], user: {sudo: false}}",
    );
    expect(plan.runArguments).toEqual([
      "--network=host",
      "--cpus=2.5",
      "--memory=8g",
      "--shm-size=1g",
      "--pids-limit=512",
      "--security-opt=no-new-privileges",
      "--cap-drop=ALL",
      "--cap-add=CHOWN",
      "--cap-add=DAC_OVERRIDE",
      "--cap-add=FOWNER",
      "--publish=127.0.0.1:80:8080",
    ]);
    expect(plan.forwardPorts).toEqual([8888]);
    expect(plan.packages).not.toContain("sudo");
  });

  it("keeps the image name's tag and gives one where there is none", async () => {
    expect((await planOf("")).imageName).toBe("sygaldry/repo:dev");
    expect((await planOf("image: {name: 'reg.example:5000/a/b'}")).imageName).toBe(
      "reg.example:5000/a/b:dev",
    );
    expect((await planOf("image: {name: 'a/b:1'}")).imageName).toBe("a/b:1");
  });

  it("refuses a Dockerfile outside the repository", async () => {
    await expect(planOf("devcontainer: {dockerfile: 'a/../../b'}")).rejects.toMatchObject({
      code: "SYG-CONFIG-INVALID",
    });
  });
});

describe("planGpu", () => {
  const args = async (gpu: string, access: { runtime: boolean; cdi: readonly string[] }) =>
    (await planOf(`gpu: ${gpu}`, gpuHost(access))).gpu.args;

  it("prefers the runtime and falls back to CDI", async () => {
    expect(await args("auto", { runtime: true, cdi: ["nvidia.com/gpu=all"] })).toEqual(["--gpus", "all"]);
    expect(await args("auto", { runtime: false, cdi: ["nvidia.com/gpu=all"] })).toEqual([
      "--device",
      "nvidia.com/gpu=all",
    ]);
  });

  it("selects devices by count, id and CDI name", async () => {
    const runtime = { runtime: true, cdi: [] };
    const cdi = { runtime: false, cdi: ["nvidia.com/gpu=all"] };
    expect(await args("{devices: 2}", runtime)).toEqual(["--gpus", "2"]);
    expect(await args("{devices: ['0', GPU-1]}", runtime)).toEqual(["--gpus", '"device=0,GPU-1"']);
    expect(await args("{devices: 2}", cdi)).toEqual([
      "--device",
      "nvidia.com/gpu=0",
      "--device",
      "nvidia.com/gpu=1",
    ]);
    expect(await args("{devices: ['nvidia.com/gpu=1']}", runtime)).toEqual(["--device", "nvidia.com/gpu=1"]);
  });

  it("asks for nothing without a GPU, and says why", async () => {
    const { gpu } = await planOf("gpu: auto");
    expect(gpu).toEqual({ enabled: false, reason: "this machine has no NVIDIA GPU", args: [] });
    expect((await planOf("gpu: on")).gpu.problem).toBe("gpu is on, but this machine has no NVIDIA GPU");
    expect((await planOf("gpu: auto", gpuHost({ runtime: false, cdi: [] }))).gpu.reason).toMatch(
      /neither an nvidia runtime nor CDI/,
    );
    expect((await planOf("gpu: off", gpuHost({ runtime: true, cdi: [] }))).gpu.enabled).toBe(false);
  });
});

import { readFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { processRunner } from "../../../../../extension/core/base/process.ts";
import type { EngineProbe } from "../../../../../extension/core/project/host/engine.ts";
import { probeEngine } from "../../../../../extension/core/project/host/engine.ts";
import { probeGpu } from "../../../../../extension/core/project/host/gpu.ts";
import { type FakeHost, fakeEngine, fakeHost } from "./fake-host.ts";

interface Options {
  readonly engine?: EngineProbe;
  readonly timeout?: number;
  readonly details?: boolean;
}

function probe(host: FakeHost, { engine = fakeEngine(), timeout = 60_000, details = true }: Options = {}) {
  const bounds = { timeout };
  const { environment, paths } = host;
  const looked = probeEngine(engine, Promise.resolve("linux"), bounds);
  return probeGpu({ runner: processRunner, environment, paths, bounds, details }, looked);
}

/** Answers the query with `row`, and `--version` with a CUDA version. */
const smi = (row: string) => `case "$*" in
  *--query-gpu*) echo '${row}';;
  --version) echo 'CUDA Version        : 12.4';;
  *) exit 2;;
esac`;
const row = "0, GPU-a, NVIDIA H100 80GB HBM3, 81559, 9.0, 550.54.15";

async function loadDriver(host: FakeHost): Promise<void> {
  await host.write(
    "nvidia/version",
    "NVRM version: NVIDIA UNIX x86_64 Kernel Module  535.129.03  Thu Oct 19 18:56:32 UTC 2023\nGCC version:  gcc version 12.2.0\n",
  );
  for (const [address, uuid] of [
    ["0000:c1:00.0", "GPU-b"],
    ["0000:01:00.0", "GPU-a"],
  ]) {
    await host.write(
      `nvidia/gpus/${address}/information`,
      `Model: \t\t NVIDIA GeForce RTX 3090\nIRQ:   \t\t 139\nGPU UUID: \t ${uuid}\nVideo BIOS: \t 94.02\n`,
    );
  }
}

const specification = (kind: string, ...names: string[]) =>
  `cdiVersion: "0.5.0"\nkind: ${kind}\ndevices:\n${names.map((name) => `  - name: "${name}"\n    containerEdits: {}\n`).join("")}`;

describe("probeGpu (unit)", () => {
  test("a machine without NVIDIA's driver has no GPU, for certain and without starting anything", async () => {
    await using host = await fakeHost();
    const none = { known: false, why: "there is no NVIDIA driver on this machine" };
    expect(await probe(host)).toEqual({
      devices: { known: true, value: [] },
      driver: none,
      cuda: none,
      runtime: { known: true, value: false },
      cdi: { known: true, value: [] },
    });
  });

  test("asks the nvidia-smi on PATH", async () => {
    await using host = await fakeHost();
    await host.program("nvidia-smi", smi(row));
    expect(await probe(host)).toMatchObject({
      devices: { known: true, value: [{ index: 0, uuid: "GPU-a", capability: "9.0" }] },
      driver: { known: true, value: "550.54.15" },
      cuda: { known: true, value: "12.4" },
    });
  });

  test("asks WSL's, which is not on PATH", async () => {
    await using host = await fakeHost();
    await host.program("wsl/nvidia-smi", smi(row));
    expect(await probe(host)).toMatchObject({ devices: { known: true, value: [{ uuid: "GPU-a" }] } });
  });

  test("asks an old one again, without what it does not know", async () => {
    await using host = await fakeHost();
    await host.program(
      "nvidia-smi",
      `case "$*" in
        *compute_cap*) echo 'Field "compute_cap" is not a valid field to query.'; exit 2;;
        *--query-gpu*) echo '0, GPU-a, Tesla K80, 11441, 470.161.03';;
        --version) echo 'Invalid combination of input arguments.'; exit 1;;
        *) echo '| NVIDIA-SMI 470.161.03   Driver Version: 470.161.03   CUDA Version: 11.4     |';;
      esac`,
    );
    expect(await probe(host)).toMatchObject({
      devices: { known: true, value: [{ name: "Tesla K80", memory: 11441 * 1024 ** 2 }] },
      driver: { known: true, value: "470.161.03" },
      cuda: { known: true, value: "11.4" },
    });
  });

  test("believes it that there is no device", async () => {
    await using host = await fakeHost();
    await host.program("nvidia-smi", "echo 'No devices were found'; exit 6");
    expect(await probe(host)).toMatchObject({
      devices: { known: true, value: [] },
      driver: { known: false },
    });
  });

  test.each([
    [
      "fails",
      'echo "NVIDIA-SMI has failed because it couldn\'t communicate with the NVIDIA driver."; exit 9',
      /couldn't communicate/,
    ],
    ["says nothing", "exit 12", /exited with 12/],
    ["prints garbage", "head -c 300 /dev/zero | tr '\\0' x", /no GPU: x+$/],
    ["lacks columns", "echo '0, GPU-a'", /no GPU: 0, GPU-a$/],
    ["is no program", "exec /no/such/interpreter", /exited with 127|not found/],
  ])("one that %s leaves it unknown, with its words", async (_, script, why) => {
    await using host = await fakeHost();
    const file = await host.program("nvidia-smi", script);
    const { devices, driver, cuda } = await probe(host);
    expect(devices).toEqual({ known: false, why: expect.stringMatching(why) });
    expect(devices).toEqual({ known: false, why: expect.stringContaining(file) });
    expect([driver.known, cuda.known]).toEqual([false, false]);
  });

  test("one that hangs leaves it unknown after the time given", async () => {
    await using host = await fakeHost();
    await host.program("nvidia-smi", "exec sleep 1000");
    expect(await probe(host, { timeout: 200 })).toMatchObject({
      devices: { known: false, why: expect.stringMatching(/nvidia-smi: timed out after 0.2 s$/) },
      cuda: { known: false, why: expect.stringMatching(/timed out after 0.2 s$/) },
      runtime: { known: true, value: false },
    });
  });

  test("the kernel driver's folder serves where there is no nvidia-smi", async () => {
    await using host = await fakeHost();
    await loadDriver(host);
    const about = { name: "NVIDIA GeForce RTX 3090", memory: undefined, capability: undefined };
    expect(await probe(host)).toMatchObject({
      devices: {
        known: true,
        value: [
          { index: 0, uuid: "GPU-a", ...about },
          { index: 1, uuid: "GPU-b", ...about },
        ],
      },
      driver: { known: true, value: "535.129.03" },
      cuda: { known: false, why: "there is no nvidia-smi on PATH" },
    });
  });

  test("reads the version of the open kernel driver, and stands none", async () => {
    await using host = await fakeHost();
    await host.write(
      "nvidia/version",
      "NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  550.54.14  Release Build\n",
    );
    expect(await probe(host)).toMatchObject({
      driver: { known: true, value: "550.54.14" },
      devices: { value: [] },
    });
    await host.write("nvidia/version", "something else\n");
    expect(await probe(host)).toMatchObject({ driver: { known: false } });
  });

  test("without details the folder is enough, and nvidia-smi is not started", async () => {
    await using host = await fakeHost();
    await loadDriver(host);
    await host.program("nvidia-smi", `echo started >> ${host.at("started")}\n${smi(row)}`);
    expect(await probe(host, { details: false })).toMatchObject({
      devices: { known: true, value: [{ uuid: "GPU-a" }, { uuid: "GPU-b" }] },
      driver: { known: true, value: "535.129.03" },
      cuda: { known: false, why: "not asked for" },
    });
    await expect(readFile(host.at("started"))).rejects.toThrow();
    expect(await probe(host)).toMatchObject({ devices: { value: [{ capability: "9.0" }] } });
    expect(await readFile(host.at("started"), "utf8")).not.toBe("");
  });

  test("without details and without the folder (WSL2) nvidia-smi is asked all the same", async () => {
    await using host = await fakeHost();
    await host.program("wsl/nvidia-smi", smi(row));
    expect(await probe(host, { details: false })).toMatchObject({ devices: { value: [{ uuid: "GPU-a" }] } });
  });
});

describe("the ways to a GPU (unit)", () => {
  test("the engine's runtime, and CDI devices of files and engine, once each", async () => {
    await using host = await fakeHost();
    await host.write("etc-cdi/nvidia.yaml", specification("nvidia.com/gpu", "0", "all"));
    await host.write(
      "run-cdi/more.json",
      JSON.stringify({
        cdiVersion: "0.6.0",
        kind: "nvidia.com/gpu",
        devices: [{ name: "GPU-a" }, { name: "all" }],
      }),
    );
    await host.write("run-cdi/other.yaml", specification("vendor.example/gpu", "0"));
    await host.write("run-cdi/gds.yaml", specification("nvidia.com/gds", "all"));
    await host.write("run-cdi/notes.txt", "nonsense: [");
    const engine = fakeEngine({
      runtimes: ["runc", "nvidia"],
      cdiDevices: ["nvidia.com/gpu=1", "nvidia.com/gpu=all", "x.y/z=1"],
    });
    expect(await probe(host, { engine })).toMatchObject({
      runtime: { known: true, value: true },
      cdi: {
        known: true,
        value: ["nvidia.com/gpu=0", "nvidia.com/gpu=1", "nvidia.com/gpu=GPU-a", "nvidia.com/gpu=all"],
      },
    });
  });

  test("reads device names that YAML takes for numbers", async () => {
    await using host = await fakeHost();
    await host.write("etc-cdi/nvidia.yaml", "kind: nvidia.com/gpu\ndevices: [{name: 0}, {name: 1}]\n");
    expect((await probe(host)).cdi).toEqual({ known: true, value: ["nvidia.com/gpu=0", "nvidia.com/gpu=1"] });
  });

  test.each([
    ["malformed.yaml", "kind: [", /malformed\.yaml: /],
    ["malformed.json", "{", /malformed\.json: /],
    ["list.yaml", "- a\n", /list\.yaml: is no CDI specification/],
    ["unfinished.json", '{"devices":[{"name":"0"}]}', /unfinished\.json: is no CDI specification/],
  ])(
    "a damaged specification (%s) is passed over, and told when nothing else is there",
    async (name, text, why) => {
      await using host = await fakeHost();
      await host.write(`etc-cdi/${name}`, text);
      expect((await probe(host)).cdi).toEqual({ known: false, why: expect.stringMatching(why) });
      await host.write("run-cdi/nvidia.yaml", specification("nvidia.com/gpu", "all"));
      expect((await probe(host)).cdi).toEqual({ known: true, value: ["nvidia.com/gpu=all"] });
    },
  );

  test("without an engine its runtime is unknown, and the files still count", async () => {
    await using host = await fakeHost();
    await host.write("etc-cdi/nvidia.yaml", specification("nvidia.com/gpu", "all"));
    const broken = { ...fakeEngine(), info: () => Promise.reject(new Error("no engine answers")) };
    expect(await probe(host, { engine: broken })).toMatchObject({
      runtime: { known: false, why: "no engine answers" },
      cdi: { known: true, value: ["nvidia.com/gpu=all"] },
    });
  });
});

import { getEventListeners } from "node:events";
import { readFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { processRunner } from "../../../../../extension/core/base/process.ts";
import { type ProbeOptions, probeHost } from "../../../../../extension/core/project/host/probe.ts";
import { type FakeHost, fakeEngine, fakeHost, hungEngine } from "./fake-host.ts";

const probe = (host: FakeHost, options: Partial<ProbeOptions> = {}) =>
  probeHost({
    runner: processRunner,
    engine: fakeEngine(),
    storageRoot: host.at("storage"),
    environment: host.environment,
    paths: host.paths,
    ...options,
  });

describe("probeHost (unit)", () => {
  test("finds out about this machine", async () => {
    await using host = await fakeHost();
    const number = { known: true, value: expect.any(Number) };
    expect(await probe(host)).toEqual({
      platform: expect.any(String),
      arch: expect.any(String),
      user: expect.objectContaining({ uid: process.getuid?.() }),
      engine: {
        known: true,
        value: {
          name: "docker",
          version: "28.2.2",
          apiVersion: "1.50",
          rootless: false,
          desktop: false,
          operatingSystem: "Debian GNU/Linux 12 (bookworm)",
          storageDriver: "overlay2",
          rootDirectory: "/",
          runtimes: ["runc"],
          cdiDevices: [],
          client: { known: false, why: "not asked for" },
        },
      },
      gpu: expect.objectContaining({ devices: { known: true, value: [] } }),
      storageFree: number,
      engineFree: number,
      memory: number,
    });
  });

  test("starts no program unless it is needed", async () => {
    await using host = await fakeHost();
    for (const name of ["docker", "podman"])
      await host.program(name, `touch ${host.at("started")}; exec echo 'Docker version 20.10.1, build x'`);
    await probe(host);
    await expect(readFile(host.at("started"))).rejects.toThrow();
    expect(await probe(host, { need: { client: true } })).toMatchObject({
      engine: { value: { client: { known: true } } },
    });
    expect(await readFile(host.at("started"), "utf8")).toBe("");
  });

  test("when everything hangs, all is unknown after the time given, and nothing throws", async () => {
    await using host = await fakeHost();
    for (const name of ["docker", "nvidia-smi"]) await host.program(name, "exec sleep 1000");
    const facts = await probe(host, { engine: hungEngine, timeout: 200, need: { client: true } });
    const late = { known: false, why: expect.stringMatching(/timed out after 0.2 s$/) };
    expect(facts).toMatchObject({
      engine: late,
      engineFree: late,
      gpu: { devices: late, driver: late, cuda: late, runtime: late, cdi: { known: true } },
      storageFree: { known: true },
      memory: { known: true },
    });
  });

  test("is cancelled by the signal, and leaves no listener", async () => {
    await using host = await fakeHost();
    const abort = new AbortController();
    await host.program("nvidia-smi", `exec sleep 1000`);
    const engine = {
      ...fakeEngine(),
      info: (signal?: AbortSignal) =>
        new Promise<never>((_, reject) => {
          signal?.addEventListener("abort", () => reject(new Error("socket closed")), { once: true });
          abort.abort();
        }),
    };
    await expect(probe(host, { engine, signal: abort.signal, need: { client: true } })).rejects.toMatchObject(
      {
        code: "SYG-CANCELLED",
      },
    );
    expect(getEventListeners(abort.signal, "abort")).toEqual([]);
  });
});

import { describe, expect, test } from "vitest";
import { SygaldryError } from "../../../../../extension/core/base/errors.ts";
import {
  type EngineProbe,
  probeEngine,
  probeEngineFree,
} from "../../../../../extension/core/project/host/engine.ts";
import type { Platform } from "../../../../../extension/core/project/host/facts.ts";
import { fakeEngine, hungEngine } from "./fake-host.ts";

const bounds = { timeout: 60_000 };
const look = (engine: EngineProbe, platform: Platform = "linux") =>
  probeEngine(engine, Promise.resolve(platform), bounds);

describe("probeEngine (unit)", () => {
  test.each([
    ["Docker Engine - Community", "docker"],
    ["", "docker"],
    ["linux/amd64/debian-12 Podman Engine", "podman"],
  ])("platform %j is %s", async (platform, name) => {
    expect(await look(fakeEngine({ platform }))).toMatchObject({ known: true, value: { name } });
  });

  test.each([
    [["name=seccomp,profile=default"], false],
    [["name=seccomp,profile=builtin", "name=rootless", "name=cgroupns"], true],
    [["name=seccomp,profile=/x/rootless.json"], false],
  ])("security options %j: rootless %s", async (securityOptions, rootless) => {
    expect(await look(fakeEngine({ securityOptions }))).toMatchObject({ value: { rootless } });
  });

  test.each<[string, Platform, boolean]>([
    ["Debian GNU/Linux 12 (bookworm)", "linux", false],
    ["Ubuntu 24.04", "wsl", false],
    ["Docker Desktop", "wsl", true],
    ["Docker Desktop", "linux", true],
    ["OrbStack", "macos", true],
  ])("%s on %s: another machine %s", async (operatingSystem, platform, desktop) => {
    expect(await look(fakeEngine({ operatingSystem }), platform)).toMatchObject({ value: { desktop } });
  });

  test("an engine that is missing or hangs is unknown, and why", async () => {
    const missing = () =>
      Promise.reject(new SygaldryError("SYG-ENGINE-MISSING", "no engine answers at /run/x.sock"));
    expect(await look({ ...fakeEngine(), version: missing })).toEqual({
      known: false,
      why: "no engine answers at /run/x.sock",
    });
    expect(await probeEngine(hungEngine, Promise.resolve("linux"), { timeout: 20 })).toEqual({
      known: false,
      why: "timed out after 0.02 s",
    });
  });
});

describe("probeEngineFree (unit)", () => {
  const free = async (change: Parameters<typeof fakeEngine>[0], platform: Platform = "linux") =>
    probeEngineFree(await look(fakeEngine(change), platform), bounds);

  test("is that of the engine's folder, which need not be readable", async () => {
    expect(await free({})).toEqual({ known: true, value: expect.any(Number) });
    expect(await free({ rootDirectory: "/no/such/folder" })).toEqual({
      known: true,
      value: expect.any(Number),
    });
  });

  test.each<[string, Parameters<typeof fakeEngine>[0], Platform]>([
    ["virtual machine", {}, "macos"],
    ["another machine", { name: "elsewhere" }, "linux"],
    ["where it keeps", { rootDirectory: "" }, "linux"],
  ])("is unknown: %s", async (why, change, platform) => {
    expect(await free(change, platform)).toEqual({ known: false, why: expect.stringContaining(why) });
  });

  test("is unknown without an engine", async () => {
    expect(await probeEngineFree({ known: false, why: "none" }, bounds)).toEqual({
      known: false,
      why: "none",
    });
  });
});

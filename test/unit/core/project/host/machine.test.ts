import { writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { freeBytes } from "../../../../../extension/core/project/host/disk.ts";
import { executablesOnPath } from "../../../../../extension/core/project/host/executables.ts";
import { probeMemory } from "../../../../../extension/core/project/host/memory.ts";
import { hostArch, probePlatform } from "../../../../../extension/core/project/host/platform.ts";
import { probeUser } from "../../../../../extension/core/project/host/user.ts";
import { fakeHost } from "./fake-host.ts";

describe("probePlatform (unit)", () => {
  test.each([
    ["Linux version 6.1.0-18-amd64 (debian-kernel@lists.debian.org)", "linux"],
    ["Linux version 5.15.90.1-microsoft-standard-WSL2 (oe-user@oe-host)", "wsl"],
    ["Linux version 4.4.0-19041-Microsoft", "wsl"],
  ])("by the kernel: %s", async (kernel, platform) => {
    await using host = await fakeHost();
    await host.write("version", kernel);
    expect(await probePlatform({}, host.paths, "linux")).toBe(platform);
    // The variable is handed on to containers and other machines.
    expect(await probePlatform({ WSL_DISTRO_NAME: "Ubuntu" }, host.paths, "linux")).toBe(platform);
  });

  test("by the variable where the kernel does not tell", async () => {
    await using host = await fakeHost();
    expect(await probePlatform({}, host.paths, "linux")).toBe("linux");
    expect(await probePlatform({ WSL_DISTRO_NAME: "Ubuntu" }, host.paths, "linux")).toBe("wsl");
  });

  test.each([
    ["darwin", "macos"],
    ["win32", "windows"],
    ["freebsd", "other"],
  ] as const)("%s is %s", async (node, platform) => {
    await using host = await fakeHost();
    expect(await probePlatform({}, host.paths, node)).toBe(platform);
  });
});

test("hostArch speaks as Docker does (unit)", () => {
  expect([hostArch("x64"), hostArch("arm64"), hostArch("riscv64")]).toEqual(["amd64", "arm64", "other"]);
});

test("probeUser is who runs this (unit)", () => {
  expect(probeUser({})).toEqual({
    uid: process.getuid?.(),
    gid: process.getgid?.(),
    name: expect.stringMatching(/./),
  });
});

test("probeMemory counts bytes (unit)", () => {
  expect(probeMemory()).toEqual({ known: true, value: expect.any(Number) });
  expect(probeMemory(0)).toEqual({ known: false, why: "the system does not tell" });
});

describe("freeBytes (unit)", () => {
  test("is that of the nearest ancestor that exists", async () => {
    await using host = await fakeHost();
    await writeFile(host.at("file"), "");
    for (const folder of [host.folder, host.at("not", "made", "yet"), host.at("file", "below")]) {
      expect(await freeBytes(folder)).toBeGreaterThan(0);
    }
  });

  test("is none on a file system without room", async () => {
    expect(await freeBytes("/proc/self")).toBe(0);
  });
});

describe("executablesOnPath (unit)", () => {
  test("keeps the order, and leaves out what is no program", async () => {
    await using host = await fakeHost();
    const second = await host.program("bin2/tool", "exit 0");
    expect(await executablesOnPath(["tool", "other"], host.environment)).toEqual([second]);
    const first = await host.program("bin/other", "exit 0");
    await host.write("bin/tool", "no program");
    await host.write("bin2/other/x", "a folder");
    expect(await executablesOnPath(["tool", "other"], host.environment)).toEqual([first, second]);
    expect(await executablesOnPath(["tool"], { PATH: `:.:relative:${path.dirname(second)}` })).toEqual([
      second,
    ]);
    expect(await executablesOnPath(["tool"], {})).toEqual([]);
  });
});

import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { samePaths } from "../../../../../extension/core/site/paths.ts";
import { detectTarget } from "../../../../../extension/core/spack/context/detect-target.ts";
import { operatingSystem, spackContext } from "../../../../../extension/core/spack/context/probe-context.ts";
import { parseSiteFacts, type SiteFacts } from "../../../../../extension/core/spack/context/site-facts.ts";

let root: string;
beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), "sygaldry-spack-"));
});
afterEach(() => rm(root, { recursive: true, force: true }));

const facts: SiteFacts = {
  system: "Linux",
  hostname: "node1",
  user: "kvothe",
  home: "/home/kvothe",
  date: "2026-11-24",
  osRelease: 'ID=ubuntu\nVERSION_ID="24.04"\n',
  cpuinfo: undefined,
  environment: { HOME: "/work", TMPDIR: "/scratch" },
};

describe("operatingSystem (unit)", () => {
  test.each([
    ['ID=debian\nVERSION_ID="12"\n', "debian12"],
    ['PRETTY_NAME="Ubuntu 24.04.1 LTS"\nID=ubuntu\nVERSION_ID="24.04"\n', "ubuntu24.04"],
    ['ID="rhel"\nVERSION_ID="9.4"\n', "rhel9"],
    ['ID="ol"\nVERSION_ID="8.9"\n', "oracle8"],
    ["ID=alpine\nVERSION_ID=3.19.1\n", "alpine3"],
    ['ID="opensuse-leap"\nVERSION_ID="15.5"\n', "opensuse15"],
    ['ID="opensuse-tumbleweed"\nVERSION_ID="20240101"\n', undefined],
    ["ID=debian\n", undefined],
    ["", undefined],
    [undefined, undefined],
  ])("%j is %s", (text, name) => {
    expect(operatingSystem(text)).toBe(name);
  });
});

describe("spackContext (unit)", () => {
  test("without a Spack only the user's scope is known", async () => {
    expect(await spackContext(facts, { paths: samePaths })).toMatchObject({
      platform: "linux",
      os: "ubuntu24.04",
      target: undefined,
      home: "/work",
      temporary: "/scratch",
      spackRoot: undefined,
      userCachePath: "/work/.spack",
    });
  });

  test("Spack 1.1 names its scopes itself; before, they were fixed", async () => {
    const scopes = async () => (await spackContext(facts, { paths: samePaths, spackRoot: root })).scopes;
    const etc = path.join(root, "etc/spack");
    await mkdir(etc, { recursive: true });
    expect((await scopes()).map(({ path: folder }) => folder)).toEqual([
      "/etc/spack",
      "/etc/spack/linux",
      etc,
      `${etc}/linux`,
      "/work/.spack",
      "/work/.spack/linux",
    ]);
    await writeFile(path.join(etc, "include.yaml"), "include: []\n");
    expect(await scopes()).toEqual([{ name: "spack", path: etc }]);
  });

  test("the answer of a shell is taken apart by NUL", () => {
    const parsed = parseSiteFacts(
      ["Linux", "c1", "root", "/root", "2026-11-24", "ID=x", "", "A=b\nc=d", "E=f=g", ""].join("\0"),
    );
    expect(parsed).toMatchObject({ hostname: "c1", osRelease: "ID=x", cpuinfo: undefined });
    expect(parsed.environment).toEqual({ A: "b\nc=d", E: "f=g" });
  });
});

describe("detectTarget (unit)", () => {
  const target = (from: readonly string[], vendor: string, features: readonly string[]) => ({
    from,
    vendor,
    features,
  });
  const table = {
    microarchitectures: {
      x86_64: target([], "generic", []),
      x86_64_v2: target(["x86_64"], "generic", ["two"]),
      old: target(["x86_64"], "AMD", ["two"]),
      new: target(["old", "x86_64_v2"], "AMD", ["two", "new"]),
      other: target(["x86_64_v2"], "Intel", ["two"]),
      aarch64: target([], "generic", []),
    },
  };

  test.each([
    ["AMD", "two new", "new"],
    // Below the best generic level, so that one counts.
    ["AMD", "two", "x86_64_v2"],
    ["Intel", "two", "other"],
    ["Intel", "", "x86_64"],
  ])("%s with %j is %s", async (vendor, flags, expected) => {
    const folder = path.join(root, "lib/spack/spack/vendor/archspec/json/cpu");
    await mkdir(folder, { recursive: true });
    await writeFile(path.join(folder, "microarchitectures.json"), JSON.stringify(table));
    const cpuinfo = `processor\t: 0\nvendor_id\t: ${vendor}\nflags\t\t: ${flags}\n\nprocessor\t: 1\n`;
    expect(await detectTarget(root, cpuinfo)).toBe(expected);
    expect(await detectTarget(root, "processor\t: 0\nFeatures\t: fp\n")).toBeUndefined();
  });

  test("no table, or one that is none", async () => {
    expect(await detectTarget(root, "vendor_id : AMD\nflags : two\n")).toBeUndefined();
  });
});

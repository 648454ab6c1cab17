import { link, mkdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { readBuildLog } from "../../../../../extension/core/spack/store/build-log.ts";
import { readInstallDetails } from "../../../../../extension/core/spack/store/install-details.ts";
import { installSize } from "../../../../../extension/core/spack/store/install-size.ts";
import { readDatabase } from "../../../../../extension/core/spack/store/read-database.ts";
import { fixtureStoreRoot, unpackStore } from "../../../../support/spack-store.ts";

const demoBase = `${fixtureStoreRoot}/linux-x86_64_v4/demo-base-1.3.0-jgi57zyec5746cub5ol7ohn7cusz7fle`;
const demoMath = `${fixtureStoreRoot}/linux-x86_64_v4/demo-math-3.1.4-62ux2uf3icbwkpvij56w2rrnz7gbojt5`;

describe("readInstallDetails (unit)", () => {
  test.each([
    ["demo", "source"],
    ["demo-buildcache", "cache"],
  ])("tells the origin of everything installed in %s: %s", async (fixture, origin) => {
    await using store = await unpackStore(fixture);
    const database = await readDatabase(fixtureStoreRoot, { paths: store.paths });
    const installed = [...(database?.records.values() ?? [])].filter(
      ({ installed, external }) => installed && !external,
    );
    expect(installed.length).toBeGreaterThan(6);
    for (const { prefix = "" } of installed) {
      const details = await readInstallDetails(prefix, { paths: store.paths });
      expect(details).toMatchObject({ origin, problems: [], environment: { spackVersion: "1.1.0" } });
    }
  });

  test("gives times, environment and log of a build", async () => {
    await using store = await unpackStore("demo");
    const details = await readInstallDetails(demoMath, { paths: store.paths });
    expect(details.seconds).toBeCloseTo(0.1688, 4);
    expect(details.phases.map((phase) => phase.path)).toEqual(["stage", "install", "post-install"]);
    expect(details.environment).toEqual({
      spackVersion: "1.1.0",
      host: "vm",
      os: "debian12",
      target: "x86_64_v4",
    });
    expect(details.log).toBe(`${demoMath}/.spack/spack-build-out.txt.gz`);
    expect(await readBuildLog(details.log ?? "", { paths: store.paths })).toContain(
      "Executing phase: 'install'",
    );
  });

  test("names nested phases of a cache install by their path", async () => {
    await using store = await unpackStore("demo-buildcache");
    const { phases } = await readInstallDetails(demoMath, { paths: store.paths });
    expect(phases.map((phase) => phase.path)).toEqual([
      "search",
      "fetch",
      "install",
      "install/extract",
      "install/relocate",
    ]);
  });

  test("damaged and missing records cost only themselves", async () => {
    await using store = await unpackStore("demo");
    const metadata = path.join(store.paths.local(demoMath), ".spack");
    await writeFile(path.join(metadata, "install_times.json"), '{"total": ');
    await writeFile(path.join(metadata, "install_environment.json"), "[1]");
    const damaged = await readInstallDetails(demoMath, { paths: store.paths });
    expect(damaged).toMatchObject({
      origin: "source",
      seconds: undefined,
      phases: [],
      environment: undefined,
    });
    expect(damaged.problems.map((problem) => problem.replace(/^.*\.spack\//, ""))).toEqual([
      expect.stringContaining("install_times.json is not JSON"),
      "install_environment.json holds no object",
    ]);
    await writeFile(
      path.join(metadata, "install_times.json"),
      '{"total":-1,"cache":"yes","phases":[7,{"name":"a","seconds":"b"},{"name":"c","seconds":2}]}',
    );
    expect(await readInstallDetails(demoMath, { paths: store.paths })).toMatchObject({
      origin: "source",
      seconds: undefined,
      phases: [{ path: "c", seconds: 2 }],
    });
    await rm(metadata, { recursive: true });
    expect(await readInstallDetails(demoMath, { paths: store.paths })).toEqual({
      origin: "unknown",
      seconds: undefined,
      phases: [],
      environment: undefined,
      log: undefined,
      problems: [],
    });
  });

  test("knows a cache install of a Spack that did not record the origin by what the tarball left", async () => {
    await using store = await unpackStore("demo-buildcache");
    await rm(path.join(store.paths.local(demoMath), ".spack", "install_times.json"));
    expect(await readInstallDetails(demoMath, { paths: store.paths })).toMatchObject({ origin: "cache" });
  });

  test("finds a log that is not compressed, and says why one cannot be read", async () => {
    await using store = await unpackStore("demo");
    const metadata = path.join(store.paths.local(demoMath), ".spack");
    await writeFile(path.join(metadata, "spack-build-out.txt"), "größe\n");
    const { log = "" } = await readInstallDetails(demoMath, { paths: store.paths });
    expect(path.basename(log)).toBe("spack-build-out.txt");
    expect(await readBuildLog(log, { paths: store.paths })).toBe("größe\n");
    await expect(readBuildLog(`${log}.none`)).rejects.toMatchObject({ code: "SYG-FILE" });
    await writeFile(path.join(metadata, "spack-build-out.txt"), new Uint8Array([0x1f, 0x8b, 8, 0, 1, 2]));
    await expect(readBuildLog(log, { paths: store.paths })).rejects.toMatchObject({ code: "SYG-FILE" });
  });
});

describe("installSize (unit)", () => {
  test("adds up the manifest, and without one what lies there", async () => {
    await using store = await unpackStore("demo");
    const recorded = await installSize(demoBase, { paths: store.paths });
    expect(recorded).toMatchObject({ from: "manifest" });
    await rm(path.join(store.paths.local(demoBase), ".spack", "install_manifest.json"));
    const walked = await installSize(demoBase, { paths: store.paths });
    expect(walked).toMatchObject({ from: "walk" });
    // The manifest counts the environment's log, which the fixture leaves out, and not what was written after it.
    const [bytes, more] = [recorded?.bytes ?? 0, walked?.bytes ?? 0];
    expect(bytes).toBeGreaterThan(15_000);
    expect(Math.abs(bytes - more)).toBeLessThan(5_000);
  });

  test("is unknown where nothing can be read", async () => {
    expect(await installSize("/nowhere/at/all")).toBeUndefined();
  });

  test("counts hard links once", async () => {
    await using store = await unpackStore("demo");
    const prefix = path.join(store.folder, "by hand");
    await mkdir(path.join(prefix, "deep"), { recursive: true });
    await writeFile(path.join(prefix, "deep", "a"), "x".repeat(1000));
    await link(path.join(prefix, "deep", "a"), path.join(prefix, "b"));
    expect(await installSize(prefix)).toEqual({ bytes: 1000, files: 2, from: "walk" });
  });
});

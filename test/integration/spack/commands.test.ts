import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startSygaldry, sygaldry } from "../../support/cli.ts";
import { requires } from "../../support/requirements.ts";
import { createSpackPlace, type SpackPlace } from "../../support/spack-place.ts";
import { processesWith } from "../engine/support.ts";

requires("linux", "spack")("sygaldry spack with the real Spack (integration)", () => {
  let place: SpackPlace;
  let slow = "";
  let env: Record<string, string> = {};
  beforeAll(async () => {
    place = await createSpackPlace();
    const view = path.join(place.folder, "views/slow");
    slow = await place.environmentOf("slow", { specs: ["demo-slow"], view });
    const own = ["SPACK_ROOT", "SPACK_USER_CONFIG_PATH", "SPACK_USER_CACHE_PATH", "SPACK_PYTHON"];
    env = Object.fromEntries(
      own.flatMap((name) => (place.environment[name] ? [[name, place.environment[name]]] : [])),
    );
  });
  afterAll(async () => place[Symbol.asyncDispose]());

  const run = (...args: readonly string[]) => sygaldry(["spack", ...args], { cwd: slow, env });

  it("refuses to install what was never solved", async () => {
    expect(await run("install")).toMatchObject({
      ...{ exitCode: 1, stderr: expect.stringContaining("Run `sygaldry spack concretize") },
    });
  });

  it("solves", async () => {
    const { exitCode, stderr, json } = await run("concretize", "--json");
    expect(exitCode, stderr).toBe(0);
    expect(json()).toMatchObject({ changed: true, roots: 1, packages: [{ hash: expect.any(String) }, {}] });
    expect((await run("concretize")).stdout).toMatch(/the lock agrees with spack\.yaml\n$/);
  });

  it("ends with 130 and nothing running after Ctrl-C", async () => {
    const seconds = 5432;
    await writeFile(path.join(place.folder, "seconds"), `${seconds}\n`);
    await using installing = startSygaldry(["spack", "install"], { cwd: slow, env });
    while ((await processesWith(`sleep ${seconds}`)).length === 0) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    installing.signal("SIGINT");
    expect(await installing.ended).toEqual({ exitCode: 130, signal: undefined });
    expect(installing.output()).toMatch(/cancelled\n$/);
    expect([
      ...(await processesWith(`sleep ${seconds}`)),
      ...(await processesWith(`--env-dir ${slow}`)),
    ]).toEqual([]);
  });

  it("installs, one line a package, and events for programs", async () => {
    await writeFile(path.join(place.folder, "seconds"), "0\n");
    const { exitCode, stdout, stderr } = await run("install", "--events");
    expect(exitCode, stderr).toBe(0);
    expect(stderr).toMatch(/✓ \[1\/1\] demo-slow@1\.0 from source/);
    const events = stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as { kind: string });
    expect(events.map(({ kind }) => kind)).toEqual(
      expect.arrayContaining(["started", "phase", "installed", "view"]),
    );
    expect(events.at(-1)).toMatchObject({
      kind: "result",
      installed: [{ name: "demo-slow", from: "source" }],
      failed: [],
    });
    const again = await run("install", "--json");
    expect(again.json()).toMatchObject({ installed: [], failed: [], skipped: [] });
  });

  it("pushes to the cache that the variable names, and installs from there", async () => {
    const cache = path.join(place.folder, "cache");
    const more = { ...env, SYGALDRY_SPACK_BUILDCACHE: cache };
    const pushed = await sygaldry(["spack", "push", "--json"], { cwd: slow, env: more });
    expect(pushed.exitCode, pushed.stderr).toBe(0);
    expect(pushed.stderr).not.toContain("warning");
    expect(pushed.json()).toMatchObject({ cache, selected: 2 });
    const other = await place.withStore("stor2");
    const elsewhere = { ...more, SPACK_USER_CONFIG_PATH: other.environment["SPACK_USER_CONFIG_PATH"] ?? "" };
    const installed = await sygaldry(["spack", "install", "--json", "--cache", "only"], {
      cwd: slow,
      env: elsewhere,
    });
    expect(installed.exitCode, installed.stderr).toBe(0);
    const names = {
      installed: [
        { name: "demo-gen", from: "cache" },
        { name: "demo-slow", from: "cache" },
      ],
    };
    expect(installed.json()).toMatchObject(names);
    const nowhere = await run("push");
    expect(nowhere).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining("there is no build cache to push to"),
    });
  });

  it("activates", async () => {
    const view = path.join(place.folder, "views/slow");
    const { stdout, exitCode } = await run("activate");
    expect(exitCode).toBe(0);
    expect(stdout).toContain(`export SPACK_ENV=${slow};\n`);
    expect(stdout).toContain(`export CMAKE_PREFIX_PATH=${view};\n`);
    expect((await run("activate", "--shell", "fish")).stdout).toContain(`set -gx SPACK_ENV ${slow};\n`);
    expect((await run("activate", "--no-view")).stdout).not.toContain("CMAKE_PREFIX_PATH");
    expect(await run("activate", "--view", "none")).toMatchObject({ exitCode: 2 });
    const json = (await run("activate", "--json", "--exact")).json();
    expect(json).toMatchObject({ view: "default", warnings: [], code: expect.stringContaining("SPACK_ENV") });
    expect(existsSync(path.join(slow, ".spack-env/sygaldry-activate-default.json"))).toBe(true);
    const active = { ...env, SPACK_ENV: slow, SPACK_ENV_VIEW: "default", CMAKE_PREFIX_PATH: view };
    const left = await sygaldry(["spack", "deactivate"], { cwd: slow, env: active });
    expect(left.stdout).toContain("unset CMAKE_PREFIX_PATH;\n");
  });

  it("makes an environment, and one of a lock", async () => {
    const made = path.join(place.folder, "made");
    const { stdout, exitCode, stderr } = await run("create", made, "--spec", "zlib +pic", "--spec", "fftw");
    expect(exitCode, stderr).toBe(0);
    expect(stdout).toContain(path.join(made, "spack.yaml"));
    expect(await readFile(path.join(made, "spack.yaml"), "utf8")).toBe(
      "spack:\n  specs:\n    - zlib +pic\n    - fftw\n  concretizer:\n    unify: true\n  view: true\n",
    );
    expect(await run("create", made)).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining("is there already"),
    });
    expect(await run("create", `${made}2`, "--spec", "a@@b")).toMatchObject({ exitCode: 4 });
    const copied = await run("create", `${made}3`, "--from", path.join(slow, "spack.lock"), "--no-view");
    expect(copied.exitCode, copied.stderr).toBe(0);
    expect(existsSync(path.join(`${made}3`, "spack.lock"))).toBe(true);
  });
});

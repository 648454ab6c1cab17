import { cp, mkdir, mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { SpackContext } from "../../../../extension/core/spack/context/context.ts";
import {
  readEnvironment,
  readEnvironments,
  type SpackEnvironment,
  type SpackSite,
} from "../../../../extension/core/spack/environment/read-environment.ts";
import { verifyEnvironment } from "../../../../extension/core/spack/environment/verify-environment.ts";
import { spackFixture } from "../../../support/spack-fixtures.ts";
import { fixtureStoreRoot, type UnpackedStore, unpackStore } from "../../../support/spack-store.ts";

let folder: string;
let store: UnpackedStore;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "sygaldry-environment-"));
  store = await unpackStore("demo");
});
afterEach(async () => {
  await store[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

const site = (at: Partial<SpackContext> = {}): SpackSite => ({
  store: fixtureStoreRoot,
  context: {
    platform: "linux",
    os: "debian12",
    target: "x86_64_v4",
    hostname: undefined,
    user: "kvothe",
    home: "/home/kvothe",
    temporary: "/tmp",
    date: "2026-11-24",
    environment: {},
    spackRoot: undefined,
    spackShortVersion: "1.1",
    userCachePath: undefined,
    scopes: [],
    paths: store.paths,
    ...at,
  },
});

async function environment(name: string): Promise<{ readonly name: string; readonly folder: string }> {
  const copy = path.join(folder, name);
  await mkdir(copy, { recursive: true });
  for (const file of ["spack.yaml", "spack.lock"]) await cp(spackFixture(name, file), path.join(copy, file));
  return { name, folder: copy };
}

const states = ({ packages }: SpackEnvironment) =>
  Object.fromEntries(packages.map(({ node, state }) => [node.name, state]));

/** What the database of the store says. */
async function editDatabase(edit: (text: string) => string): Promise<void> {
  const file = path.join(store.folder, ".spack-db/index.json");
  await writeFile(file, edit(await readFile(file, "utf8")));
}

const math = "62ux2uf3icbwkpvij56w2rrnz7gbojt5";
const mathPrefix = `linux-x86_64_v4/demo-math-3.1.4-${math}`;

describe("readEnvironment (unit)", () => {
  it("joins manifest, lock, store and view", async () => {
    const found = await readEnvironment(await environment("demo"), site());
    expect(found.problems).toEqual([]);
    expect(found.hashes).toMatchObject({ verified: 12, damaged: [] });
    expect(found.store.root).toBe(fixtureStoreRoot);
    expect(found.drift).toMatchObject({ state: "unknown", spackSolves: false, added: [], removed: [] });
    expect(states(found)).toEqual({
      "compiler-wrapper": "installed",
      "demo-base": "installed",
      "demo-cli": "installed",
      "demo-gen": "installed",
      "demo-math": "installed",
      "demo-patched": "installed",
      gcc: "external",
      "gcc-runtime": "installed",
      glibc: "external",
      "py-demo-stats": "installed",
      python: "external",
      "python-venv": "installed",
    });
    const root = found.packages.find(({ node }) => node.name === "demo-math");
    expect(root).toMatchObject({
      root: true,
      buildOnly: false,
      prefix: `${fixtureStoreRoot}/${mathPrefix}`,
      record: { explicit: true, installed: true },
    });
    expect(found.views).toMatchObject([
      { descriptor: { path: `${fixtureStoreRoot}/view` }, packages: 9, health: { problems: [] } },
    ]);
  });

  it("calls a build-only package that was never installed not needed, unless something must be built", async () => {
    await editDatabase((text) => {
      const database = JSON.parse(text);
      database.database.installs.odrui4u766hxrtgnlw7xqyhjblydcozg.installed = false;
      return JSON.stringify(database);
    });
    expect(states(await readEnvironment(await environment("demo"), site()))["demo-gen"]).toBe("not-needed");
    await editDatabase((text) => {
      const database = JSON.parse(text);
      database.database.installs[math].installed = false;
      return JSON.stringify(database);
    });
    expect(states(await readEnvironment(await environment("demo"), site()))).toMatchObject({
      "demo-gen": "missing",
      "demo-math": "missing",
      "demo-base": "installed",
      "demo-cli": "installed",
    });
  });

  it("tells a prefix that is gone although the database says installed", async () => {
    await rename(path.join(store.folder, mathPrefix), path.join(store.folder, "elsewhere"));
    const found = await readEnvironment(await environment("demo"), site());
    expect(states(found)["demo-math"]).toBe("broken");
    expect(found.packages.find(({ state }) => state === "broken")?.why).toContain(mathPrefix);
  });

  it("marks what failed to build", async () => {
    await cp(spackFixture("failing", ".spack-db/failures"), path.join(store.folder, ".spack-db/failures"), {
      recursive: true,
    });
    const found = await readEnvironment(await environment("failing"), site());
    expect(states(found)["demo-fail"]).toBe("failed");
    expect(found.packages.find(({ state }) => state === "failed")?.failure?.log.state).toBe("gone");
  });

  it("says missing of everything where nothing was ever installed, and unknown where no store is known", async () => {
    const demo = await environment("demo");
    const nothing = await readEnvironment(demo, { ...site(), store: "/nowhere" });
    expect(states(nothing)).toMatchObject({ "demo-math": "missing", "demo-gen": "missing", gcc: "external" });
    expect(nothing.problems).toEqual([]);
    const unknown = await readEnvironment(demo, { ...site(), store: undefined });
    expect(states(unknown)["demo-math"]).toBe("unknown");
  });

  it("reads on when a file is bad, and says which", async () => {
    const demo = await environment("demo");
    await writeFile(path.join(demo.folder, "spack.lock"), "{");
    const lock = await readEnvironment(demo, site());
    expect(lock.problems.map(({ code }) => code)).toEqual(["SYG-SPACK-LOCK"]);
    expect(lock.lock).toBeUndefined();
    expect(lock.drift).toBeUndefined();

    const medium = await environment("medium");
    await writeFile(path.join(medium.folder, "spack.yaml"), "spack: [\n");
    const manifest = await readEnvironment(medium, site());
    expect(manifest.problems.map(({ code }) => code)).toEqual(["SYG-SPACK-MANIFEST"]);
    expect(manifest.hashes?.verified).toBe(69);
  });

  it("reads a database that is no database as a problem, and calls nothing installed", async () => {
    await writeFile(path.join(store.folder, ".spack-db/index.json"), '{"database":{"version":"99"}}');
    const found = await readEnvironment(await environment("demo"), site());
    expect(found.problems.map(({ code }) => code)).toEqual(["SYG-SPACK-STORE"]);
    expect(states(found)["demo-math"]).toBe("unknown");
  });

  it("reads a shared store once for many environments", async () => {
    const folders = [await environment("demo"), await environment("tiny"), await environment("failing")];
    const found = await readEnvironments(folders, site());
    expect(found.map(({ name }) => name)).toEqual(["demo", "tiny", "failing"]);
    expect(found[0]?.store.database).toBe(found[2]?.store.database);
  });

  it("stops when it is cancelled", async () => {
    const signal = AbortSignal.abort();
    await expect(readEnvironment(await environment("demo"), site(), { signal })).rejects.toMatchObject({
      code: "SYG-CANCELLED",
    });
  });
});

describe("verifyEnvironment (unit)", () => {
  it("finds one changed byte in an installed file", async () => {
    const library = path.join(store.folder, mathPrefix, "include/demo_math_config.h");
    const content = await readFile(library, "utf8");
    await writeFile(library, content.replace("e", "E"));
    expect(await readFile(library, "utf8")).not.toBe(content);
    const found = await readEnvironment(await environment("demo"), site());
    const verified = await verifyEnvironment(found, { context: site().context, quick: false });
    const damaged = verified.filter(({ verdict }) => verdict.state === "damaged");
    // Of these the archive has the records alone.
    const emptied = ["compiler-wrapper", "gcc-runtime", "python-venv"];
    expect(damaged.map(({ node }) => node.name).filter((name) => !emptied.includes(name))).toEqual([
      "demo-math",
    ]);
    expect(damaged.find(({ node }) => node.name === "demo-math")?.verdict.damages).toMatchObject([
      { kind: "content", path: `${fixtureStoreRoot}/${mathPrefix}/include/demo_math_config.h` },
    ]);
  });
});

describe("groups of specs (unit)", () => {
  it("are not called wrong, and not guessed at", async () => {
    const demo = await environment("demo");
    const yaml =
      "spack:\n  specs:\n  - zlib\n  - group: apps\n    needs: [compiler]\n    specs: [hdf5]\n  view: false\n";
    await writeFile(path.join(demo.folder, "spack.yaml"), yaml);
    const found = await readEnvironment(demo, site());
    expect(found.manifest?.problems).toEqual([]);
    expect(found.drift).toMatchObject({ state: "unknown", spackSolves: undefined });
    expect(found.drift?.reasons.map(({ part }) => part)).toContain("spec-group");
  });
});

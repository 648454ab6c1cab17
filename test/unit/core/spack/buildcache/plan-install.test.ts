import { describe, expect, test } from "vitest";
import type { Presence } from "../../../../../extension/core/spack/buildcache/build-cache.ts";
import { installHistory } from "../../../../../extension/core/spack/buildcache/install-history.ts";
import {
  type BuildDependencies,
  type PlanInput,
  planInstall,
} from "../../../../../extension/core/spack/buildcache/plan-install.ts";
import { recordedInstalls } from "../../../../../extension/core/spack/buildcache/recorded-installs.ts";
import { readDatabase } from "../../../../../extension/core/spack/store/read-database.ts";
import { fixtureLock } from "../../../../support/spack-fixtures.ts";
import { fixtureStoreRoot, unpackStore } from "../../../../support/spack-store.ts";

const { lock } = fixtureLock("demo");
const present: Presence = { state: "present", bytes: 100 };
const absent: Presence = { state: "absent" };

function cache(name: string, presenceOf: (name: string) => Presence | undefined) {
  const presence = new Map<string, Presence>();
  for (const node of lock.nodes.values()) {
    const state = presenceOf(node.name);
    if (state !== undefined) presence.set(node.hash, state);
  }
  return { name, answer: { presence, index: { state: "missing" } as const } };
}

function plan(input: Partial<PlanInput>) {
  return planInstall({ lock, isInstalled: () => false, caches: [], history: installHistory([]), ...input });
}

/** Names by what becomes of them. */
function fates(input: Partial<PlanInput>): Readonly<Record<string, readonly string[]>> {
  const found: Record<string, string[]> = {};
  for (const { how, name } of plan(input).steps) found[how] = [...(found[how] ?? []), name].sort();
  return found;
}

const all = cache("all", () => present);

describe("planInstall (unit)", () => {
  // As `spack install` of this environment did with Spack 1.1.0, with a full cache, without and with --cache-only.
  test.each<[BuildDependencies, number, number]>([
    ["all", 9, 3],
    ["none", 7, 2],
    ["of-builds", 7, 2],
  ])(
    "with everything in a cache and build dependencies %s: %i from it",
    (buildDependencies, cached, external) => {
      expect(plan({ caches: [all], buildDependencies })).toMatchObject({
        counts: { cache: cached, source: 0, installed: 0, external, unknown: 0, unavailable: 0 },
        bytes: cached * 100,
      });
    },
  );

  test("without caches everything is built, dependencies first", () => {
    const { steps, counts } = plan({});
    expect(counts).toEqual({ installed: 0, external: 3, cache: 0, source: 9, unknown: 0, unavailable: 0 });
    const at = (name: string) => steps.findIndex((step) => step.name === name);
    for (const node of lock.nodes.values()) {
      for (const dependency of node.dependencies) expect(at(dependency.name)).toBeLessThan(at(node.name));
    }
  });

  test("a build brings its build dependencies, a package from a cache does not have to", () => {
    const withoutBase = cache("c", (name) => (name === "demo-base" ? absent : present));
    expect(fates({ caches: [withoutBase], buildDependencies: "of-builds" })).toEqual({
      source: ["demo-base"],
      cache: [
        "compiler-wrapper",
        "demo-cli",
        "demo-math",
        "demo-patched",
        "gcc-runtime",
        "py-demo-stats",
        "python-venv",
      ],
      external: ["gcc", "glibc", "python"],
    });
  });

  test("what is installed needs no build dependencies, and its own dependencies still", () => {
    const isInstalled = (hash: string) => lock.nodes.get(hash)?.name === "demo-cli";
    const roots = lock.roots.filter(({ spec }) => spec === "demo-cli").map(({ hash }) => hash);
    expect(fates({ isInstalled, roots })).toEqual({
      installed: ["demo-cli"],
      source: ["compiler-wrapper", "demo-base", "demo-gen", "demo-math", "demo-patched", "gcc-runtime"],
      external: ["gcc", "glibc"],
    });
    expect(plan({ isInstalled: () => true }).counts).toMatchObject({ installed: 7, external: 2, source: 0 });
  });

  test("asks caches in order, and says why one does not count", () => {
    const caches = [
      cache("down", () => ({ state: "unknown", why: "no answer" })),
      cache("unsigned", () => ({ state: "unsigned" })),
      cache("half", (name) => (name.startsWith("demo") ? present : absent)),
      all,
    ];
    const steps = new Map(plan({ caches }).steps.map((step) => [step.name, step]));
    expect(steps.get("demo-base")).toMatchObject({
      how: "cache",
      cache: "half",
      notes: ["down: no answer", "unsigned has it without a signature, which Spack demands of it"],
    });
    expect(steps.get("gcc-runtime")).toMatchObject({ how: "cache", cache: "all" });
  });

  test("does not promise a build where a cache could not be asked, or was not", () => {
    const down = cache("down", () => ({ state: "unknown", why: "no answer" }));
    expect(plan({ caches: [down] }).counts).toMatchObject({ unknown: 9, source: 0 });
    expect(plan({ caches: [cache("silent", () => undefined)] }).counts).toMatchObject({
      unknown: 9,
      source: 0,
    });
    expect(plan({ caches: [cache("none", () => absent)], buildDependencies: "none" }).counts).toMatchObject({
      unavailable: 7,
    });
  });

  test("adds up what is known, and counts what is not", () => {
    const node = (name: string) => {
      const found = [...lock.nodes.values()].find((each) => each.name === name);
      return { hash: found?.hash ?? "", name, version: found?.version ?? "" };
    };
    const history = installHistory([
      { ...node("demo-base"), origin: "source", seconds: 10 },
      { ...node("demo-math"), hash: "other", origin: "source", seconds: 5 },
      { ...node("demo-math"), hash: "another", origin: "source", seconds: 7 },
      { ...node("demo-cli"), version: "0.1", hash: "old", origin: "source", seconds: 100 },
      { ...node("demo-gen"), origin: "cache", seconds: 1 },
    ]);
    const { seconds, withoutEstimate, steps } = plan({ history });
    expect(seconds).toBe(10 + 6 + 100);
    expect(withoutEstimate).toBe(6);
    expect(
      Object.fromEntries(steps.flatMap(({ name, estimate }) => (estimate ? [[name, estimate.basis]] : []))),
    ).toEqual({ "demo-base": "same hash", "demo-cli": "same package", "demo-math": "same version" });
    // How long fetching takes says something of any package, how long building takes does not.
    expect(plan({ history, caches: [all] })).toMatchObject({ seconds: 9, withoutEstimate: 0 });
  });

  test("looks for a spliced package by what it was built as", () => {
    const [root] = lock.roots;
    const node = lock.nodes.get(root?.hash ?? "");
    if (node === undefined) throw new Error("no root");
    const spliced = {
      ...lock,
      nodes: new Map([...lock.nodes, [node.hash, { ...node, buildSpecHash: "built" }]]),
    };
    const answer = { presence: new Map([["built", present]]), index: { state: "missing" } as const };
    const steps = plan({ lock: spliced, roots: [node.hash], caches: [{ name: "c", answer }] }).steps;
    expect(steps.find(({ hash }) => hash === node.hash)).toMatchObject({ how: "cache" });
  });
});

describe("recordedInstalls (unit)", () => {
  test("gives an estimate for what was installed before, and none for what has another origin", async () => {
    await using store = await unpackStore("demo");
    const database = await readDatabase(fixtureStoreRoot, { paths: store.paths });
    if (database === undefined) throw new Error("no database");
    const recorded = await recordedInstalls(database, new Set(["demo-math"]), { paths: store.paths });
    expect(recorded.map(({ name }) => name).sort()).toEqual([
      "compiler-wrapper",
      "demo-base",
      "demo-cli",
      "demo-gen",
      "demo-math",
      "demo-patched",
      "gcc-runtime",
      "py-demo-stats",
      "python-venv",
    ]);
    const history = installHistory(recorded);
    const math = [...lock.nodes.values()].find(({ name }) => name === "demo-math");
    if (math === undefined) throw new Error("no demo-math");
    expect(history.estimate(math, "source")).toEqual({
      seconds: expect.closeTo(0.1688, 3),
      basis: "same hash",
    });
    expect(history.estimate(math, "cache")).toBeUndefined();
    expect(plan({ history })).toMatchObject({ withoutEstimate: 0 });
  });
});

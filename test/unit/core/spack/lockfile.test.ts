import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, expect, it } from "vitest";
import type { SygaldryError } from "../../../../extension/core/base/errors.ts";
import {
  bottomUp,
  buildOnly,
  closure,
  rootHashes,
} from "../../../../extension/core/spack/lockfile/closure.ts";
import { parseLockfile, readLockfile } from "../../../../extension/core/spack/lockfile/read-lockfile.ts";
import { fixtureLock, spackFixture, withJsonValue } from "../../../support/spack-fixtures.ts";

/** Counted by Spack 1.1 itself, over the specs it reads from these locks. */
const counts = {
  // environment: roots, nodes, edges, link and run closure of the roots, externals
  tiny: [2, 7, 12, 4, 3],
  medium: [5, 69, 385, 31, 15],
  cuda: [2, 106, 644, 69, 16],
  large: [83, 456, 3537, 393, 15],
  matrix: [7, 55, 269, 37, 17],
  develop: [1, 9, 18, 6, 2],
  demo: [3, 12, 22, 9, 3],
  failing: [1, 6, 11, 4, 2],
} as const;

describe("readLockfile (unit)", () => {
  it.each(Object.entries(counts))("counts what %s holds", (name, expected) => {
    const { lock } = fixtureLock(name);
    const nodes = [...lock.nodes.values()];
    expect([
      lock.roots.length,
      nodes.length,
      nodes.reduce((sum, node) => sum + node.dependencies.length, 0),
      closure(lock, rootHashes(lock), ["link", "run"]).size,
      nodes.filter(({ external }) => external !== undefined).length,
    ]).toEqual(expected);
    expect(buildOnly(lock).size).toBe(expected[1] - expected[3]);
  });

  it.skipIf(process.platform === "win32")("does not wait for a pipe that nobody writes to", async () => {
    const folder = mkdtempSync(path.join(tmpdir(), "sygaldry-test-"));
    try {
      execFileSync("mkfifo", [path.join(folder, "spack.lock")]);
      await expect(readLockfile(path.join(folder, "spack.lock"))).rejects.toThrow("it is empty");
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("keeps what a node says", () => {
    const { lock } = fixtureLock("demo");
    const math = [...lock.nodes.values()].find(({ name }) => name === "demo-math");
    expect(math).toMatchObject({
      hash: "62ux2uf3icbwkpvij56w2rrnz7gbojt5",
      version: "3.1.4",
      namespace: "demo",
      os: "debian12",
      target: "x86_64_v4",
      variants: { build_system: "generic", precision: "double" },
      flags: {},
      external: undefined,
    });
    expect(
      math?.dependencies.map(({ name, types, virtuals }) => [name, types.join(), virtuals.join()]),
    ).toEqual([
      ["compiler-wrapper", "build", ""],
      ["demo-base", "build,link", ""],
      ["demo-gen", "build", ""],
      ["demo-patched", "build,link", "demo-iface"],
      ["gcc", "build", "c,cxx"],
      ["gcc-runtime", "link", ""],
      ["glibc", "link", "libc"],
    ]);
  });

  it("keeps included environments apart and finds their nodes", () => {
    const { lock } = fixtureLock("matrix");
    expect(lock.includes).toHaveLength(1);
    expect(lock.includes[0]).toMatchObject({ path: "/opt/demo/envs/tiny" });
    expect(lock.includes[0]?.roots.map(({ spec }) => spec).sort()).toEqual(["zlib", "zstd"]);
    expect(lock.includes[0]?.hashes).toHaveLength(7);
  });

  it("lists dependencies before those that need them", () => {
    const { lock } = fixtureLock("large");
    const place = new Map(bottomUp(lock).map((node, index) => [node.hash, index]));
    expect(place.size).toBe(456);
    for (const [hash, node] of lock.nodes) {
      for (const dependency of node.dependencies) {
        expect(place.get(dependency.hash)).toBeLessThan(place.get(hash) ?? -1);
      }
    }
  });
});

describe("what is no lock (unit)", () => {
  const text = readFileSync(spackFixture("demo/spack.lock"), "utf8");
  const refused = (content: string) => {
    try {
      parseLockfile(content, "/repo/spack.lock");
    } catch (error) {
      return error as SygaldryError;
    }
    throw new Error("it was taken");
  };
  const edited = (place: string, value: unknown) => withJsonValue(text, place.split("/"), value);
  const math = "concrete_specs/62ux2uf3icbwkpvij56w2rrnz7gbojt5";

  it.each([
    ["nothing", "", "it is empty"],
    ["a cut file", text.slice(0, 5000), "it ends in the middle"],
    ["no JSON", "spack:\n  specs: []\n", "is not JSON"],
    ["another JSON", "[1]", "the document is a list where an object was expected"],
    ["no _meta", "{}", "_meta is missing"],
    [
      "a version of the future",
      edited("_meta/lockfile-version", 8),
      "lockfile version 8; known are 4, 5, 6, 7",
    ],
    ["a version of the past", edited("_meta/lockfile-version", 3), "lockfile version 3"],
    [
      "a dependency that is not there",
      edited("concrete_specs/gurfv6m3c6kc4fvl3my364a2ae24sp2t", undefined),
      "compiler-wrapper /gurfv6m",
    ],
    ["a root that is not there", edited("roots/0/hash", "x"), "/x"],
    [
      "a wrong type deep inside",
      edited(`${math}/dependencies/1/parameters/deptypes`, [1]),
      "concrete_specs.62ux2uf3icbwkpvij56w2rrnz7gbojt5.dependencies[1].parameters.deptypes[0] is 1",
    ],
    [
      "an unknown kind of dependency",
      edited(`${math}/dependencies/1/parameters/deptypes`, ["love"]),
      "build, link, run or test",
    ],
    ["a node under another's hash", edited(`${math}/hash`, "abc"), "the hash it is listed under"],
  ])("refuses %s", (_, content, message) => {
    const error = refused(content);
    expect(error.code).toBe("SYG-SPACK-LOCK");
    expect(error.message).toContain("/repo/spack.lock");
    expect(error.message).toContain(message);
    expect(error.next).toBeDefined();
  });

  it("knows a merge conflict", () => {
    expect(refused(`<<<<<<< HEAD\n${text}\n=======\n${text}\n>>>>>>> other\n`).next).toContain(
      "merge conflict",
    );
  });

  it("is undefined where there is none", async () => {
    expect(await readLockfile("/nowhere/spack.lock")).toBeUndefined();
    expect(await readLockfile(`${spackFixture("demo/spack.lock")}/below`)).toBeUndefined();
  });

  it("says what cannot be read", async () => {
    await expect(readLockfile(spackFixture("demo"))).rejects.toMatchObject({ code: "SYG-SPACK-LOCK" });
  });

  it("takes the groups of lockfile version 7", () => {
    const grouped = withJsonValue(edited("_meta/lockfile-version", 7), ["roots", "0", "group"], "compilers");
    const { lock } = parseLockfile(grouped, "spack.lock");
    expect(lock.roots.map(({ group }) => group).sort()).toEqual(["compilers", "default", "default"]);
  });

  it("survives cycles and chains deeper than the stack", () => {
    const chain = 30_000;
    const node = (index: number) => ({
      name: `p${index}`,
      version: "1",
      arch: { platform: "linux", platform_os: "debian12", target: "x86_64" },
      dependencies: [
        { name: "next", hash: `h${(index + 1) % chain}`, parameters: { deptypes: ["link"], virtuals: [] } },
      ],
      hash: `h${index}`,
    });
    const document = {
      _meta: { "lockfile-version": 6 },
      roots: [{ hash: "h0", spec: "p0" }],
      concrete_specs: Object.fromEntries(
        Array.from({ length: chain }, (_, index) => [`h${index}`, node(index)]),
      ),
    };
    const { lock } = parseLockfile(JSON.stringify(document), "spack.lock");
    expect(closure(lock, ["h0"]).size).toBe(chain);
    expect(bottomUp(lock)).toHaveLength(chain);
  });
});

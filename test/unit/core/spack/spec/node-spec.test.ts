import { describe, expect, test } from "vitest";
import type { Lockfile, LockNode } from "../../../../../extension/core/spack/lockfile/lockfile.ts";
import { constrain } from "../../../../../extension/core/spack/spec/constrain.ts";
import { formatSpec } from "../../../../../extension/core/spack/spec/format-spec.ts";
import { intersects } from "../../../../../extension/core/spack/spec/intersects.ts";
import { nodeSpec } from "../../../../../extension/core/spack/spec/node-spec.ts";
import { parseSpec } from "../../../../../extension/core/spack/spec/parse-spec.ts";
import { sameSpec, specKey } from "../../../../../extension/core/spack/spec/same-spec.ts";
import { satisfies } from "../../../../../extension/core/spack/spec/satisfies.ts";
import { UnsatisfiableSpecError } from "../../../../../extension/core/spack/spec/spec-errors.ts";
import { fixtureLock } from "../../../../support/spack-fixtures.ts";

const { lock } = fixtureLock("medium");

function nodeNamed(name: string): LockNode {
  const node = [...lock.nodes.values()].find((other) => other.name === name);
  if (node === undefined) throw new Error(`no ${name}`);
  return node;
}

function lockOf(...nodes: readonly LockNode[]): Lockfile {
  return { ...lock, nodes: new Map(nodes.map((node) => [node.hash, node])) };
}

describe("nodes of a lock as specs (unit)", () => {
  const hdf5 = nodeNamed("hdf5");
  const spec = nodeSpec(hdf5, lock);

  test("all is decided, and printed as Spack prints it", () => {
    expect(spec).toMatchObject({ name: "hdf5", namespace: "builtin", concrete: { hash: hdf5.hash } });
    expect(formatSpec(spec)).toBe(`hdf5@${hdf5.version}/${hdf5.hash}`);
    expect(spec.dependencies.map((edge) => edge.spec.name)).toEqual(
      hdf5.dependencies.map(({ name }) => name),
    );
  });

  test("is made once a lock", () => {
    expect(nodeSpec(hdf5, lock)).toBe(spec);
    expect(nodeSpec(hdf5, { ...lock })).not.toBe(spec);
  });

  test("is equal to itself alone", () => {
    expect(sameSpec(spec, nodeSpec(hdf5, { ...lock }))).toBe(true);
    expect(sameSpec(spec, parseSpec(formatSpec(spec)))).toBe(false);
    expect(new Set([...lock.nodes.values()].map((node) => specKey(nodeSpec(node, lock)))).size).toBe(
      lock.nodes.size,
    );
  });

  test("can be asked for by the hash of a dependency", () => {
    const [first] = hdf5.dependencies;
    expect(satisfies(spec, parseSpec(`hdf5 ^/${first?.hash.slice(0, 6)}`))).toBe(true);
    expect(satisfies(spec, parseSpec("hdf5 ^/zzzzzz"))).toBe(false);
  });

  test("constrains what it meets, and is not changed by it", () => {
    expect(constrain(spec, parseSpec("hdf5+mpi"))).toBe(spec);
    expect(constrain(parseSpec("hdf5+mpi"), spec)).toBe(spec);
    expect(() => constrain(spec, parseSpec("hdf5~mpi"))).toThrow(UnsatisfiableSpecError);
    expect(() => constrain(spec, nodeSpec(nodeNamed("openblas"), lock))).toThrow(UnsatisfiableSpecError);
  });

  test("meets itself alone, and what it satisfies", () => {
    expect(intersects(spec, nodeSpec(hdf5, { ...lock }))).toBe(true);
    expect(intersects(spec, nodeSpec(nodeNamed("openblas"), lock))).toBe(false);
    expect([intersects(spec, parseSpec("+mpi")), intersects(parseSpec("+mpi"), spec)]).toEqual([true, true]);
    expect([intersects(spec, parseSpec("~mpi")), intersects(parseSpec("~mpi"), spec)]).toEqual([
      false,
      false,
    ]);
    // What is not settled may still come; what is settled has all that it will have.
    expect(intersects(spec, parseSpec("+nothing"))).toBe(false);
  });

  test("dependencies that the lock lacks are left out", () => {
    expect(nodeSpec(hdf5, lockOf(hdf5)).dependencies).toEqual([]);
  });

  test("a lock with a circle is no trap", () => {
    const to = { types: ["link" as const], virtuals: ["ring"], direct: false };
    const a: LockNode = { ...hdf5, name: "a", hash: "a", dependencies: [{ ...to, name: "b", hash: "b" }] };
    const b: LockNode = { ...hdf5, name: "b", hash: "b", dependencies: [{ ...to, name: "a", hash: "a" }] };
    const ring = nodeSpec(a, lockOf(a, b));
    expect(satisfies(ring, parseSpec("a ^b+mpi"))).toBe(true);
    expect(satisfies(ring, parseSpec("a ^b %a"))).toBe(true);
    expect(satisfies(ring, parseSpec("a ^c"))).toBe(false);
  });

  test("the compiler of an old lock is asked as a dependency is", () => {
    const old: LockNode = { ...hdf5, dependencies: [], compiler: { name: "gcc", version: "12.2.0" } };
    const spec = nodeSpec(old, lockOf(old));
    expect(["%gcc", "%gcc@12", "%gcc@13", "%clang"].map((text) => satisfies(spec, parseSpec(text)))).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });

  test("an external package without dependencies has no compiler that one could ask for", () => {
    const external: LockNode = {
      ...hdf5,
      dependencies: [],
      external: { path: "/usr", modules: [] },
    };
    expect(satisfies(nodeSpec(external, lockOf(external)), parseSpec("%gcc"))).toBe(false);
  });
});

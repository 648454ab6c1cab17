import { describe, expect, test } from "vitest";
import { type Decision, isTree, mergeTrees, type Tree } from "../../../../extension/core/project/merge.ts";

function decisions(lower: Tree, upper: Tree, joined: readonly string[] = []): string[] {
  const seen: Decision[] = [];
  mergeTrees(lower, upper, joined, (decision) => seen.push(decision));
  return seen.map(
    ({ path, own, kind }) =>
      `${kind} ${path.join(".")}${String(own) === String(path) ? "" : ` from ${own.join(".")}`}`,
  );
}

describe("mergeTrees (unit)", () => {
  test("merges maps key by key, and replaces scalars and lists", () => {
    const lower = { a: { x: 1, y: [1, 2] }, b: "low", c: "kept" };
    const upper = { a: { y: [3], z: true }, b: "up" };
    expect(mergeTrees(lower, upper, [])).toEqual({ a: { x: 1, y: [3], z: true }, b: "up", c: "kept" });
    expect(lower).toEqual({ a: { x: 1, y: [1, 2] }, b: "low", c: "kept" });
  });

  test("joins the lists named, lower first, each item once, in order", () => {
    const merged = mergeTrees(
      { apt: { packages: ["b", "a"] }, mounts: [{ source: "/x", target: "/y" }] },
      { apt: { packages: ["c", "a", "c"] }, mounts: [{ source: "/x", target: "/y" }, "/z:/z"] },
      ["apt.packages", "mounts"],
    );
    expect(merged).toEqual({
      apt: { packages: ["b", "a", "c"] },
      mounts: [{ source: "/x", target: "/y" }, "/z:/z"],
    });
  });

  test("keeps duplicates in a list that replaces", () => {
    expect(mergeTrees({ a: [1] }, { a: ["echo", "x", "x"] }, [])).toEqual({ a: ["echo", "x", "x"] });
  });

  test("null takes the lower value away", () => {
    expect(mergeTrees({ a: 1, b: { c: 2, d: 3 } }, { a: null, b: { c: null }, e: null }, [])).toEqual({
      b: { d: 3 },
    });
  });

  test("a map replaces a scalar or list, and the other way round", () => {
    expect(mergeTrees({ a: "on", b: [1] }, { a: { mode: "off" }, b: { c: 1 } }, ["b"])).toEqual({
      a: { mode: "off" },
      b: { c: 1 },
    });
    expect(mergeTrees({ a: { mode: "off" }, b: { c: 1 } }, { a: "on", b: [1] }, ["b"])).toEqual({
      a: "on",
      b: [1],
    });
  });

  test("treats __proto__, constructor and toString as keys like others", () => {
    const upper: Tree = JSON.parse(
      '{"__proto__": {"polluted": true}, "constructor": 1, "toString": {"a": 1}}',
    );
    const merged = mergeTrees({}, upper, []);
    expect(Object.keys(merged)).toEqual(["__proto__", "constructor", "toString"]);
    expect(Object.getPrototypeOf(merged)).toBe(Object.prototype);
    expect(JSON.stringify(merged)).toBe(JSON.stringify(upper));
    expect(Reflect.get({}, "polluted")).toBeUndefined();
    expect(JSON.stringify(mergeTrees(merged, { a: 1 }, []))).toContain("polluted");
  });

  test("tells what it decided, and where that stands in the upper layer", () => {
    expect(
      decisions({ m: { a: 1 }, l: ["x"], r: 1 }, { m: { b: [7] }, l: ["x", "y"], r: null, n: { c: 1 } }, [
        "l",
      ]),
    ).toEqual([
      "map m",
      "value m.b",
      "item m.b.0",
      "joined l",
      "item l.1",
      "value r",
      "value n",
      "value n.c",
    ]);
    expect(decisions({ l: ["x", "z"] }, { l: ["y"] }, ["l"])).toEqual(["joined l", "item l.2 from l.0"]);
  });
});

test("isTree takes maps only (unit)", () => {
  expect([{}, { a: 1 }].map(isTree)).toEqual([true, true]);
  expect([null, undefined, [], "a", 1].map(isTree)).toEqual([false, false, false, false, false]);
});

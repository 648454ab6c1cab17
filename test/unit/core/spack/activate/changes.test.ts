import { describe, expect, it } from "vitest";
import {
  applyChanges,
  deduplicated,
  type EnvironmentChange,
  normalPath,
  prepend,
  reversed,
} from "../../../../../extension/core/spack/activate/changes.ts";
import { isSystemPath } from "../../../../../extension/core/spack/activate/inspections.ts";
import { projected } from "../../../../../extension/core/spack/activate/projection.ts";

const change = (
  kind: "append" | "remove" | "remove-first" | "remove-last",
  value: string,
): EnvironmentChange => ({
  ...{ kind, name: "P", value, separator: ":" },
});

describe("changes of an environment (unit)", () => {
  it.each<readonly [string | undefined, EnvironmentChange, string | undefined]>([
    ["/a", prepend("P", "/b/"), "/b:/a"],
    [undefined, prepend("P", "/b/./c/.."), "/b"],
    ["", change("append", "/b"), "/b"],
    ["/a:/b:/a/", change("remove", "/a"), "/b"],
    ["/a:/b:/a", change("remove-first", "/a"), "/b:/a"],
    ["/a:/b:/a", change("remove-last", "/a"), "/a:/b"],
    ["/a", change("remove-first", "/a"), ""],
    [undefined, change("remove", "/a"), ""],
    ["-a -b -a", { kind: "remove-flags", name: "P", value: "-a", separator: " " }, "-b"],
    ["-a", { kind: "append-flags", name: "P", value: "-b", separator: " " }, "-a -b"],
    ["/a:/b:/a/:", { kind: "deduplicate", name: "P", separator: ":" }, "/a:/b:."],
    ["x", { kind: "set", name: "P", value: "y" }, "y"],
    ["x", { kind: "unset", name: "P" }, undefined],
  ])("%s with %o is %s", (before, given, after) => {
    expect(applyChanges(before === undefined ? {} : { P: before }, [given])["P"]).toBe(after);
  });

  it("are taken back", () => {
    const changes = [
      prepend("P", "/x"),
      change("append", "/y"),
      { kind: "set", name: "S", value: "1" } as const,
    ];
    const there = applyChanges({ P: "/a" }, deduplicated(changes));
    expect(there).toMatchObject({ P: "/x:/a:/y", S: "1" });
    expect(applyChanges(there, reversed(deduplicated(changes)))).toEqual({ P: "/a", S: undefined });
  });

  it.each([
    ["/a/b/", "/a/b"],
    ["/", "/"],
    ["//a", "//a"],
    ["///a", "/a"],
    ["a//b/./c", "a/b/c"],
    ["", "."],
    ["/a/../..", "/"],
  ])("normalise %s as Python does", (file, normal) => {
    expect(normalPath(file)).toBe(normal);
  });

  it("know the system's folders", () => {
    for (const file of ["/", "/usr", "/usr/", "/usr/lib64", "/usr/local/bin", "/lib/.", "//usr"]) {
      expect([file, isSystemPath(file)]).toEqual([file, file !== "//usr"]);
    }
    for (const file of ["/usr/share/man", "/opt", ""]) expect(isSystemPath(file)).toBe(false);
  });

  it("move every prefix to its place in the view", () => {
    const places = new Map([
      ["/store/a+b-1", "/view"],
      ["/store/a", "/other"],
      ["/store/c.d-2", "/view"],
    ]);
    const values = ["/store/a+b-1/bin", "-L/store/c.d-2/lib -L/store/a/lib", "/store/cxd-2", "/usr"];
    const moved = projected(
      values.map((value) => ({ kind: "set", name: "X", value }) as const),
      places,
    );
    expect(moved.map((one) => ("value" in one ? one.value : ""))).toEqual([
      "/view/bin",
      "-L/view/lib -L/other/lib",
      "/store/cxd-2",
      "/usr",
    ]);
  });
});

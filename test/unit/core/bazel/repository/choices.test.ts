import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { chooseBazel } from "../../../../../extension/core/bazel/repository/choose-bazel.ts";
import { readDeclared } from "../../../../../extension/core/bazel/repository/declared.ts";
import {
  nameRepositories,
  spackRepository,
} from "../../../../../extension/core/bazel/repository/spack-repository.ts";
import { readLockfile } from "../../../../../extension/core/spack/lockfile/read-lockfile.ts";
import { inRepository } from "../../../../support/paths.ts";
import { spackFixture } from "../../../../support/spack-fixtures.ts";

describe("chooseBazel (unit)", () => {
  it.each([
    ["7.7.1", 7, 7],
    ["6.4.0", 6, 4],
    ["8.x", 8, undefined],
    ["9.*", 9, undefined],
    ["9", 9, undefined],
    ["7.0.0-pre.20230917.3", 7, 0],
    ["fork/7.1.0", 7, 1],
    ["latest", 9, undefined],
    ["latest-1", 9, undefined],
    ["last_green", 9, undefined],
  ])("reads %s", (text, major, minor) => {
    expect(chooseBazel(text, "x")).toEqual({ text, from: "x", major, minor });
  });

  it.each(["5.4.1", "6.3.2", "10.0.0", "no_version", "", "seven"])("refuses %j", (text) => {
    expect(() => chooseBazel(text, "here")).toThrow(
      expect.objectContaining({
        code: "SYG-BAZEL-VERSION",
        message: expect.stringContaining("here asks for Bazel"),
      }),
    );
  });
});

describe("nameRepositories (unit)", () => {
  it.each([
    [["a/b"], ["spack"]],
    [["."], ["spack"]],
    [
      [".", "envs/a"],
      ["spack", "spack_a"],
    ],
    [
      ["spack", "spack/cuda"],
      ["spack", "spack_cuda"],
    ],
    [
      ["x/gpu", "y/gpu", "cpu"],
      ["spack_x_gpu", "spack_y_gpu", "spack_cpu"],
    ],
    [
      ["a-b", "Größe.1"],
      ["spack_a_b", "spack_gr_e_1"],
    ],
    [
      ["x/spack", "spack", "."],
      ["spack_x_spack", "spack_spack_a8b028d", "spack"],
    ],
    [
      ["a-b", "a_b", "é", "ü"],
      ["spack_a_b_d44362d", "spack_a_b_648fa9b", "spack___4a99557", "spack___607474c"],
    ],
    [[], []],
  ])("names %j", (names, expected) => {
    const environments = names.map((name) => ({ name, folder: `/r/${name}` }));
    expect(nameRepositories(environments).map(({ name }) => name)).toEqual(expected);
  });
});

describe("spackRepository (unit)", () => {
  const located = { root: undefined, upstreams: [] };

  it("has the lock's roots in one order, and tells whether there is a Python to run with", async () => {
    const loaded = await readLockfile(spackFixture("demo/spack.lock"));
    if (loaded === undefined) throw new Error("no lock");
    const chosen = (folder: string) => ({
      name: "spack",
      environment: { name: "demo", folder },
      store: undefined,
    });
    const made = spackRepository(chosen("/r/spack/demo"), "/r", loaded.lock, located);
    expect(made).toMatchObject({ lockPath: "spack/demo/spack.lock", python: true, store: undefined });
    expect(made.roots.map(({ name }) => name)).toEqual(["demo-cli", "demo-math", "py-demo-stats"]);
    expect(spackRepository(chosen("/r"), "/r", loaded.lock, located).lockPath).toBe("spack.lock");
    const cpp = loaded.lock.roots.filter(({ spec }) => spec === "demo-cli");
    const without = spackRepository(chosen("/r"), "/r", { ...loaded.lock, roots: cpp }, located);
    expect(without.python).toBe(false);
    expect(() => spackRepository(chosen("/elsewhere"), "/r", loaded.lock, located)).toThrow(
      expect.objectContaining({ code: "SYG-SPACK-ENV" }),
    );
  });
});

describe("readDeclared (unit)", () => {
  it("finds the names that a MODULE.bazel makes, whatever it looks like", () => {
    const declared = readDeclared(`"""About."""
module(name = "mine", repo_name = "also_mine")
bazel_dep(name="a",version="1",repo_name="aa"); bazel_dep(name = "b", version = "2", dev_dependency = True)
# bazel_dep(name = "comment")
ext = use_extension(
    "//x:y.bzl",
    "ext",
)
use_repo(ext, "one", two = "inner")
archive_override(module_name = "a", urls = ["bazel_dep(name = \\"text\\")"])
local_path_override(module_name = "b", path = "../b")
include("//build:more.MODULE.bazel")
`);
    expect([...declared.modules]).toEqual([
      ["a", 3],
      ["b", 3],
    ]);
    expect([...declared.names.keys()]).toEqual(["aa", "b", "ext", "one", "two"]);
    expect([...declared.localPaths]).toEqual([["b", "../b"]]);
    expect([declared.includes, declared.problem]).toEqual([["//build:more.MODULE.bazel"], undefined]);
  });

  it("finds those of a WORKSPACE", async () => {
    const text = await readFile(inRepository("test/golden/bazel/6/WORKSPACE"), "utf8");
    const { names, problem } = readDeclared(text);
    expect(problem).toBeUndefined();
    expect([...names.keys()]).toEqual(
      expect.arrayContaining(["http_archive", "rules_cc", "sygaldry_spack", "spack_environment", "spack"]),
    );
  });
});

import { describe, expect, it } from "vitest";
import { readBuild } from "../../../../../extension/core/bazel/events/follow-build.ts";
import { eventFile, places, recorded, states } from "./fixture.ts";

const place = ({
  file,
  line,
  column,
}: {
  readonly file: string | undefined;
  readonly line: number | undefined;
  readonly column: number | undefined;
}) => [file, line, column].filter((part) => part !== undefined).join(":");

describe("the events of a build that failed (unit)", () => {
  it("names what failed with file, line and column", async () => {
    const { failures, exit } = await recorded("7.7.1/failed");
    expect(exit).toMatchObject({ code: 1, name: "BUILD_FAILURE" });
    const told = failures.map(({ label, mnemonic, problems }) => [
      ...[label, mnemonic],
      ...problems.map((one) => `${place(one)} ${one.severity}: ${one.message}`),
    ]);
    expect(told.sort(([a = ""], [b = ""]) => a.localeCompare(b))).toEqual([
      [
        ...["//lib:bad", "CppCompile"],
        "lib/bad.cc:5:15 error: 'class std::vector<int>' has no member named 'sise'; did you mean 'size'?",
        "lib/bad.cc:7:22 error: 'undeclared' was not declared in this scope",
        "lib/bad.cc:3:7 warning: unused variable 'unused' [-Wunused-variable]",
      ],
      [
        ...["//lib:java_bad", "Genrule"],
        "lib/Bad.java:3 error: incompatible types: String cannot be converted to int",
      ],
      ["//lib:no_output", "Genrule"],
      ["//lib:python_bad", "Genrule", "lib/fails.py:2 error: KeyError: 'missing'"],
      ["//lib:unlinked", "CppLink", "unlinked.cc error: undefined reference to `nowhere()'"],
    ]);
  });

  it("takes what actions wrote from Bazel's own errors when the files are gone", async () => {
    const { failures } = await readBuild(eventFile("7.7.1/failed"), { ...places, reach: () => "/nowhere" });
    const said = new Map(failures.map(({ label, problems }) => [label, problems.map(place)]));
    expect(said.get("//lib:bad")).toEqual(["lib/bad.cc:5:15", "lib/bad.cc:7:22", "lib/bad.cc:3:7"]);
    expect(said.get("//lib:python_bad")).toEqual(["lib/fails.py:2"]);
    expect(said.get("//lib:no_output")).toEqual([]);
  });

  it("tells targets apart, with what was built", async () => {
    const build = await recorded("7.7.1/failed");
    expect(states(build)).toEqual({
      ...{
        "//lib:größe": "built",
        "//lib:good": "built",
        "//lib:hello": "built",
        "//lib:good_test": "built",
      },
      ...{ "//lib:bad": "failed", "//lib:uses_bad": "failed", "//lib:unlinked": "failed" },
      ...{ "//lib:python_bad": "failed", "//lib:java_bad": "failed", "//lib:no_output": "failed" },
    });
    const hello = build.targets.find(({ label }) => label === "//lib:hello");
    const name = "bazel-out/k8-fastbuild/bin/lib/hello";
    expect(hello).toMatchObject({ kind: "cc_binary", why: undefined });
    expect(hello?.outputs).toEqual([{ name, path: `/cap/ob1/execroot/_main/${name}`, bytes: 15984 }]);
    expect(build.problems).toMatchObject([{ file: "lib/BUILD.bazel", line: 9, column: 8, package: "//lib" }]);
  });

  it("keeps nothing of the command line and the environment", async () => {
    expect(JSON.stringify(await recorded("7.7.1/failed"))).not.toContain("secret-of-the-client");
  });

  it("reads Bazel 4.2.3, which tells less", async () => {
    const build = await recorded("4.2.3/failed");
    expect(states(build)).toMatchObject({ "//lib:hello": "built", "//lib:bad": "failed" });
    expect(build.metrics).toMatchObject({ wallSeconds: 1.559, actionsExecuted: 17 });
    expect(build.metrics?.caches).toMatchObject({ local: undefined, executed: undefined, ratio: undefined });
    const tests = (await recorded("4.2.3/tests")).tests.map(({ label, status }) => [label, status]);
    expect(Object.fromEntries(tests)).toMatchObject({ "//tests:fail": "FAILED", "//tests:slow": "TIMEOUT" });
  });
});

describe("Bazel's own errors in the events (unit)", () => {
  it("has each once, in the place where it is", async () => {
    const build = await recorded("7.7.1/broken");
    expect(build.problems.map((one) => [place(one), one.message.split("\n")[0]])).toEqual([
      ["broken/BUILD.bazel:3:1", "syntax error at 'newline': expected expression"],
      ["cycle/BUILD.bazel:2:8", "in genrule rule //cycle:b: cycle in dependency graph:"],
      [
        "unknown/BUILD.bazel:1:10",
        "no such target '//lib:nothing': target 'nothing' not declared in package 'lib' defined by /workspace/lib/BUILD.bazel and referenced by '//unknown:wants'",
      ],
    ]);
    expect(states(build)).toEqual({
      ...{ "//lib:good": "built", "//unknown:wants": "aborted" },
      ...{ "//cycle:a": "aborted", "//cycle:b": "aborted" },
    });
    expect(build.targets.find(({ label }) => label === "//unknown:wants")?.why).toBe("its analysis failed");
  });

  it.each([
    ["7.7.1/broken-first", ["broken/BUILD.bazel:3:1"]],
    ["7.7.1/cycle", ["cycle/BUILD.bazel:1:8"]],
    ["7.7.1/unknown", [""]],
    ["7.7.1/bad-flag", [""]],
    ["7.7.1/stopped", []],
  ])("%s", async (name, places) => {
    expect((await recorded(name)).problems.map(place)).toEqual(places);
  });

  it("shows a cycle without hashes, and a crash without its calls", async () => {
    const [cycle] = (await recorded("7.7.1/cycle")).problems;
    expect(cycle?.message.split("\n")).toEqual([
      ...["in genrule rule //cycle:a: cycle in dependency graph:", "    //cycle:a", ".-> //cycle:a"],
      ...["|   //cycle:b", "`-- //cycle:a"],
    ]);
    const crash = await recorded("7.7.1/crash");
    expect(crash.exit).toBeUndefined();
    expect(crash.problems.map(({ message }) => message.split("\n").length)).toEqual([3]);
    expect(new Set(Object.values(states(crash)))).toEqual(new Set(["aborted"]));
  });
});

describe("builds that did not get to their end (unit)", () => {
  it("reads a file that a killed server left in the middle of a line", async () => {
    const build = await recorded("7.7.1/server-killed");
    expect(build).toMatchObject({ command: "build", exit: undefined, complete: false, targets: [] });
    expect(build.id).toBeDefined();
  });

  it("says that a build was interrupted", async () => {
    const build = await recorded("7.7.1/interrupted");
    expect(build.exit).toMatchObject({ code: 8, name: "INTERRUPTED" });
    expect(build.targets).toMatchObject([{ label: "//slow:second", state: "aborted", why: "interrupted" }]);
    expect(build.problems).toEqual([]);
  });

  it("gives an empty build for a file that never came", async () => {
    const build = await readBuild("/nowhere/at/all.jsonl", places);
    expect(build).toMatchObject({ id: undefined, targets: [], tests: [], complete: false });
  });
});

describe("what caches did (unit)", () => {
  it.each([
    ["7.7.1/disk-cache", { local: 0, disk: 9, remote: 0, executed: 0, internal: 11, ratio: 1 }],
    ["7.7.1/remote-cache", { local: 0, disk: 0, remote: 9, executed: 0, internal: 11, ratio: 1 }],
    ["7.7.1/cached", { local: 2, misses: 1, disk: 0, remote: 0, executed: 0, ratio: 1 }],
    ["7.7.1/no-tests", {}],
  ])("%s", async (name, caches) => {
    expect((await recorded(name)).metrics?.caches).toMatchObject(caches);
  });

  it("gives the reasons of misses, the first of which Bazel leaves out", async () => {
    const { metrics } = await recorded("7.7.1/disk-cache");
    expect(metrics?.caches.reasons).toEqual([
      { reason: "DIFFERENT_DEPS", count: 2 },
      { reason: "NOT_CACHED", count: 18 },
      { reason: "UNCONDITIONAL_EXECUTION", count: 2 },
    ]);
  });
});

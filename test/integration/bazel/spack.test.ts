import { appendFile, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Bazel, type BazelWorkspace, rulesModule, startBazel } from "../../support/bazel.ts";
import { requires } from "../../support/requirements.ts";
import { spackFixture } from "../../support/spack-fixtures.ts";
import {
  hashOf,
  installSynthetic,
  prefixOf,
  type SyntheticPackage,
  syntheticLock,
} from "../../support/synthetic-store.ts";
import * as packages from "./packages.ts";

const { headers, versioned, archives, twice1, twice2, programs, systemZlib, pythonNumbers, withBuildFiles } =
  packages;

const print = (include: string, value: string) =>
  `#include <cstdio>\n${include}\nint main() { std::printf("%d\\n", static_cast<int>(${value})); return 0; }\n`;

const demoFiles = {
  "math.cc":
    '#include <demo_math.hpp>\n#include <cstdio>\nint main() { std::printf("%g %s\\n", double(demo::scale(2)), DEMO_BASE_VERSION); }\n',
  "base.cc": print("#include <demo_base.h>", "demo_base_add(20, 3)"),
  "iface.cc": print("#include <demo_iface/iface.h>", "DEMO_IFACE_FIXED"),
  "stats.py": "import demo_stats\nprint(demo_stats.__version__)\n",
  "BUILD.bazel": `
cc_binary(name = "math", srcs = ["math.cc"], deps = ["@spack//:demo-math"])
cc_binary(name = "base", srcs = ["base.cc"], deps = ["@spack//:demo-base"])
cc_binary(name = "iface", srcs = ["iface.cc"], deps = ["@spack//:demo-iface"])
py_binary(name = "stats", srcs = ["stats.py"], deps = ["@spack//python:demo-stats"])
genrule(
    name = "made",
    outs = ["made.txt"],
    cmd = "($(location @spack//:demo-gen) 7; $(location @spack//:demo-cli)) > $@",
    tools = ["@spack//:demo-cli", "@spack//:demo-gen"],
)
genrule(name = "show", srcs = ["made.txt"], outs = ["show.sh"], cmd = "(echo '#!/bin/sh'; sed 's/^/echo /' $<) > $@", executable = True)
`,
};

requires("linux", "bazel")("@spack in Bazel (integration)", () => {
  let bazel: Bazel;
  beforeAll(async () => {
    bazel = await startBazel();
  });
  afterAll(async () => bazel?.[Symbol.asyncDispose]());

  async function usesDemo(at: BazelWorkspace): Promise<void> {
    expect(await at.run("//:math")).toBe("6 1.3.0\n");
    expect(await at.run("//:base")).toBe("23\n");
    expect(await at.run("//:iface")).toBe("1\n");
    expect(await at.run("//:show")).toBe("\n6\n");
    expect(await at.run("//:stats")).toBe("1.0.2\n");
  }

  it("builds with what Spack really installed, by a MODULE.bazel", async () => {
    const module = `${rulesModule}spack.environment(lock = "//:spack/demo/spack.lock")\nuse_repo(spack, "spack")\n`;
    const lock = await readFile(spackFixture("demo/spack.lock"), "utf8");
    const at = await bazel.workspace("demo", {
      "MODULE.bazel": module,
      "spack/demo/spack.lock": lock,
      ...demoFiles,
    });
    await usesDemo(at);
    // The library's own name, not the file's that was linked; and no more libraries than are called.
    const { stdout } = await bazel.exec(["readelf", "-d", "bazel-bin/base"], at.path);
    expect(stdout).toContain("[libdemo_base.so.1]");
    const math = await bazel.exec(["readelf", "-d", "bazel-bin/math"], at.path);
    expect(math.stdout).not.toContain("[libdemo_base.so.1]");
    await at.bazel("shutdown");
  });

  it("builds the same by a WORKSPACE", async () => {
    const workspace = `
local_repository(name = "sygaldry_spack", path = "/rules")
load("@sygaldry_spack//:workspace.bzl", "spack_environment")
spack_environment(lock = "//:spack.lock")
`;
    const lock = await readFile(spackFixture("demo/spack.lock"), "utf8");
    const at = await bazel.workspace("demo-workspace", {
      WORKSPACE: workspace,
      "spack.lock": lock,
      ...demoFiles,
    });
    await usesDemo(at);
    await at.bazel("shutdown");
  });
});

const binaries = {
  versioned: print(
    "#include <versioned.h>",
    "versioned_value() * 100 + VERSIONED_DEFINED * 10 + VERSIONED_HEADER",
  ),
  archives: print("#include <archives.h>", "archives_value(ARCHIVES_DEPTH)"),
  number: print("#include <headers/number.hpp>", "HEADERS_NUMBER"),
  zlib: print("#include <zlib.h>", "zlibVersion()[0] - '0'"),
  inner: print("#include <inner/inner.h>", "INNER"),
};

const build = (targets: string) => `load("@spack//:defs.bzl", "spack")
cc_binary(name = "versioned", srcs = ["versioned.cc"], deps = [spack("versioned")])
cc_binary(name = "whole", srcs = ["number.cc"], deps = ["@spack//:headers", "@spack//:versioned_lib_versioned"])
cc_test(name = "versioned_test", srcs = ["versioned.cc"], deps = ["@spack//:versioned"])
cc_binary(name = "archives", srcs = ["archives.cc"], deps = ["@spack//:archives"])
cc_binary(name = "number", srcs = ["number.cc"], deps = ["@spack//:headers"])
cc_binary(name = "virtual", srcs = ["number.cc"], deps = ["@spack//:numbers-api_headers"])
cc_binary(name = "zlib", srcs = ["zlib.cc"], deps = ["@spack//:zlib"])
cc_binary(name = "inner", srcs = ["inner.cc"], deps = ["@spack//:with-build-files"])
py_binary(name = "python", srcs = ["python.py"], deps = ["@spack//python:numbers_of"])
${targets}`;

const twiceTargets = [1, 2].map((version) => {
  const name = `twice_${hashOf(version === 1 ? twice1 : twice2).slice(0, 7)}`;
  return `cc_binary(name = "twice${version}", srcs = ["twice.cc"], deps = ["@spack//:${name}"])\n`;
});

requires("linux", "bazel")("@spack and a changing store (integration)", () => {
  let bazel: Bazel;
  let at: BazelWorkspace;
  let store: string;
  const roots = [versioned, archives, twice1, twice2, programs, systemZlib, pythonNumbers, withBuildFiles];

  const install = async (wanted: readonly SyntheticPackage[]) => {
    await installSynthetic(store, wanted, async (script, cwd, args) => {
      const { exitCode, stderr } = await bazel.exec(["sh", "-ec", script, "sh", ...args], cwd);
      if (exitCode !== 0) throw new Error(stderr);
    });
    await at.write({ "spack.lock": syntheticLock(wanted) });
  };

  beforeAll(async () => {
    bazel = await startBazel();
    store = path.join(bazel.folder, "some-store");
    const sources = Object.entries(binaries).map(([name, text]) => [`${name}.cc`, text]);
    at = await bazel.workspace("changing", {
      "MODULE.bazel": `${rulesModule}spack.environment(lock = "//:spack.lock", store = "${store}")
spack.package(name = "archives", defines = ["ARCHIVES_DEPTH=1"], libs = ["second", "first"])
use_repo(spack, "spack")
`,
      "BUILD.bazel": build(twiceTargets.join("")),
      ...Object.fromEntries(sources),
      "twice.cc": print("#include <twice.h>", "TWICE"),
      "python.py": "import numbers_of\nprint(numbers_of.VALUE)\n",
    });
    await install(roots);
  });
  afterAll(async () => bazel?.[Symbol.asyncDispose]());

  it("links libraries by their own names, with what they need, and only what is called", async () => {
    expect(await at.run("//:versioned")).toBe("4272\n");
    const { stdout } = await bazel.exec(["readelf", "-d", "bazel-bin/versioned"], at.path);
    expect(stdout).toContain("[libversioned.so.310]");
    expect(stdout).not.toContain("[libdeep");
    expect(stdout).toContain(`${prefixOf(store, versioned)}/lib`);
  });

  it("links one library though nothing calls it when it is named", async () => {
    expect(await at.run("//:whole")).toBe("3\n");
    const { stdout } = await bazel.exec(["readelf", "-d", "bazel-bin/whole"], at.path);
    expect(stdout).toContain("[libversioned.so.310]");
  });

  it("links archives that need each other and the system, and what a package is said to be", async () => {
    expect(await at.run("//:archives")).toBe("3\n");
  });

  it("takes headers alone, virtual packages, and one of two versions", async () => {
    expect(await at.run("//:number")).toBe("3\n");
    expect(await at.run("//:virtual")).toBe("3\n");
    expect(await at.run("//:twice1")).toBe("1\n");
    expect(await at.run("//:twice2")).toBe("2\n");
  });

  it("takes externals of the system", async () => {
    expect(await at.run("//:zlib")).toBe("1\n");
  });

  it("sees headers beside BUILD files, and files whose names are no labels do not matter", async () => {
    expect(await at.run("//:inner")).toBe("11\n");
    const { exitCode, stderr } = await at.bazel("build", "@spack//:with-build-files_files");
    expect(stderr).toContain("Build completed successfully");
    expect(exitCode).toBe(0);
  });

  it("runs one of several programs, which finds its neighbours", async () => {
    const { stdout } = await at.bazel("run", "@spack//:programs_bin_second");
    expect(stdout).toBe("first from second\n");
  });

  it("gives Python a package by its own name, with what it needs", async () => {
    expect(await at.run("//:python")).toBe("6\n");
  });

  it("has the lock's link edges as edges", async () => {
    const { stdout } = await at.bazel(
      "query",
      "somepath(//:versioned, @spack//:deep)",
      "--output=label_kind",
    );
    expect(stdout).toContain("spack_cc_library rule");
    const none = await at.bazel("query", "somepath(//:number, @spack//:deep)");
    expect(none.stdout.trim()).toBe("");
  });

  it("builds anew when a header changes", async () => {
    const file = path.join(prefixOf(store, headers), "include/headers/number.hpp");
    const before = await readFile(file, "utf8");
    await writeFile(file, before.replace("3", "33"));
    expect(await at.run("//:number")).toBe("33\n");
    await writeFile(file, before);
    expect(await at.run("//:number")).toBe("3\n");
  });

  it("tests again when a library changes in its place, and not otherwise", async () => {
    const test = async () => (await at.bazel("test", "//:versioned_test")).stdout;
    expect(await test()).toMatch(/PASSED in/);
    expect(await test()).toMatch(/\(cached\) PASSED/);
    await appendFile(path.join(prefixOf(store, packages.deep), "lib/libdeep.so.1.0.0"), "\n");
    expect(await test()).toMatch(/:versioned_test +PASSED in/);
  });

  it("reads the lock again when it changes, and gives no other hash what a cache has", async () => {
    const others: SyntheticPackage = { ...headers, variant: "other" };
    const dependencies = [
      { on: packages.deep, types: ["link"] as const },
      { on: others, types: ["link"] as const },
    ];
    // Byte for byte the same files under other hashes, and an external of the system that was found anew.
    const rebuilt: SyntheticPackage = { ...versioned, dependencies };
    const found: SyntheticPackage = { ...systemZlib, variant: "other" };
    const targets = ["//:versioned", "//:number", "//:zlib"];
    await at.bazel("build", ...targets);
    await install([rebuilt, found, ...roots.filter((each) => each !== versioned && each !== systemZlib)]);
    const other = await at.bazel("build", ...targets);
    expect(other.stderr).toContain("Build completed successfully");
    expect(other.stderr).toMatch(/INFO: \d+ processes: .*\b6 [a-z]+-sandbox/);
    expect(other.stderr).not.toContain("disk cache hit");
    expect(await at.run("//:versioned")).toBe("4272\n");
    // Back again, the cache has it all: the keys differ by the hash and by nothing accidental.
    await install(roots);
    await at.bazel("clean");
    const back = await at.bazel("build", ...targets);
    expect(back.stderr).toMatch(/\b6 disk cache hit/);
    expect(back.stderr).not.toContain("-sandbox");
  });
});

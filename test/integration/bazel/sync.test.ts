import { cp, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Bazel, startBazel, workspaceOptions } from "../../support/bazel.ts";
import { inRepository } from "../../support/paths.ts";
import { requires } from "../../support/requirements.ts";
import { spackFixture } from "../../support/spack-fixtures.ts";

const sources = {
  "app/math.cc":
    '#include <demo_math.hpp>\n#include <cstdio>\nint main() { std::printf("%g\\n", double(demo::scale(2))); }\n',
  "app/stats.py": "import demo_stats\nassert demo_stats.__version__ == '1.0.2'\n",
  "app/BUILD.bazel": `load("@rules_cc//cc:defs.bzl", "cc_binary", "cc_test")
load("@rules_python//python:defs.bzl", "py_test")
cc_binary(name = "math", srcs = ["math.cc"], deps = ["@spack//:demo-math"])
cc_test(name = "math_test", srcs = ["math.cc"], deps = ["@spack//:demo-math"])
py_test(name = "stats", srcs = ["stats.py"], deps = ["@spack//python:demo-stats"])
`,
};

requires("linux", "bazel")("sygaldry bazel sync with a real Bazel (integration)", () => {
  let bazel: Bazel;
  let root: string;
  let lock: string;

  beforeAll(async () => {
    bazel = await startBazel();
    // Into the container's folder: the command runs beside Bazel, as it does in a dev container.
    await cp(process.execPath, path.join(bazel.folder, "node"));
    await cp(inRepository("dist"), path.join(bazel.folder, "dist"), { recursive: true });
    lock = await readFile(spackFixture("demo/spack.lock"), "utf8");
    const files = {
      ...{ "spack/demo/spack.lock": lock, ...sources },
      "spack/demo/spack.yaml": await readFile(spackFixture("demo/spack.yaml"), "utf8"),
    };
    const made = await bazel.workspace("new", files);
    root = made.path;
    // What the other tests' .bazelrc says of this machine belongs elsewhere here.
    await rm(path.join(root, ".bazelrc"));
    const offline = `common --registry=file://${bazel.folder}/registry --noenable_workspace --lockfile_mode=off\n`;
    await writeFile(path.join(root, "user.bazelrc"), offline);
  });
  afterAll(async () => bazel?.[Symbol.asyncDispose]());

  const inside = (argv: readonly string[]) => bazel.exec(argv, root);
  const command = () => [
    ...[path.join(bazel.folder, "node"), path.join(bazel.folder, "dist/cli.cjs")],
    ...["bazel", "sync"],
  ];
  const sync = async (...args: readonly string[]) => {
    const { stdout, stderr, exitCode } = await inside([...command(), "--json", ...args]);
    return { exitCode, stderr, json: JSON.parse(stdout) as Record<string, never> };
  };
  const run = (...args: readonly string[]) => inside(["bazel", "--max_idle_secs=600", ...args]);
  const succeeds = async (...args: readonly string[]) => {
    const { exitCode, stdout, stderr } = await run(...args);
    expect(exitCode, stderr).toBe(0);
    return stdout;
  };

  it("makes a new repository in which programs build, run and are tested, without a network", async () => {
    const { exitCode, stderr, json } = await sync();
    expect(exitCode, stderr).toBe(0);
    expect(json).toMatchObject({
      bazel: { version: "7.7.1", from: "bazel here" },
      repositories: [{ name: "spack", environment: "spack/demo", python: true }],
      snippets: [],
    });
    expect(await succeeds("run", "//app:math")).toBe("6\n");
    await succeeds("test", "--config=ci", "//...");
    await succeeds("build", "@spack//:roots");
    expect((await sync("--check")).exitCode).toBe(0);
    expect((await sync()).json).toMatchObject({ changed: [] });
    // Bazel knows the home folder by the user database.
    expect((await inside(["sh", "-c", "ls ~root/.cache/sygaldry/bazel-disk"])).stdout).toContain("cas\n");
  });

  it("makes one for Bazel 6, in which its WORKSPACE does the same", async () => {
    const { path: six, write } = await bazel.workspace("six", {
      ...{ "spack/demo/spack.lock": lock, ...sources, ".bazelversion": "6.4.0\n" },
      "spack/demo/spack.yaml": await readFile(spackFixture("demo/spack.yaml"), "utf8"),
    });
    await rm(path.join(six, ".bazelrc"));
    await write({ "user.bazelrc": `common --registry=file://${bazel.folder}/registry\n${workspaceOptions}` });
    const { exitCode, stdout, stderr } = await bazel.exec([...command(), "--json"], six);
    expect(exitCode, stderr).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      bazel: { version: "6.4.0", from: ".bazelversion" },
      snippets: [],
    });
    const test = await bazel.exec(["bazel", "test", "//..."], six);
    expect(test.exitCode, test.stderr).toBe(0);
    expect(test.stdout).toContain("2 tests pass");
    expect((await bazel.exec(["bazel", "query", "@spack//:roots"], six)).stdout).toContain(
      "@spack//:roots\n",
    );
    await bazel.exec(["bazel", "shutdown"], six);
  });

  it("names the endpoint that is missing, and takes it from user.bazelrc", async () => {
    for (const name of ["bazel-remote", "buildbarn-exec", "nativelink", "buildbuddy"]) {
      const { exitCode, stderr } = await run("build", `--config=${name}`, "//app:math");
      expect(exitCode).toBe(2);
      expect(stderr).toContain(`Config value '${name.replace("-exec", "")}-endpoint' is not defined`);
    }
    const before = await readFile(path.join(root, "user.bazelrc"), "utf8");
    const said = "build:nativelink-endpoint --remote_cache=unix:/nowhere\n";
    await writeFile(path.join(root, "user.bazelrc"), before + said);
    const announced = await run("build", "--announce_rc", "--config=nativelink", "--nobuild", "//app:math");
    expect(announced.stderr).toContain("--remote_cache=unix:/nowhere");
    await writeFile(path.join(root, "user.bazelrc"), before);
  });

  it("takes endpoints from sygaldry.yaml", async () => {
    const yaml =
      "bazel: { remote: { nativelink: { cache: 'unix:/set', instance: main } } }\ntools: { bazel: distro }\n";
    await writeFile(path.join(root, "sygaldry.yaml"), yaml);
    expect((await sync()).json).toMatchObject({ changed: [".bazelrc"] });
    const announced = await run("build", "--announce_rc", "--config=nativelink", "--nobuild", "//app:math");
    expect(announced.stderr).toContain("--remote_cache=unix:/set --remote_instance_name=main");
    await rm(path.join(root, "sygaldry.yaml"));
    expect((await sync()).json).toMatchObject({ changed: [".bazelrc"] });
  });

  it("stops the build when the lock was solved anew, until it is synced again", async () => {
    const { roots, ...rest } = JSON.parse(lock) as { roots: { spec: string }[] };
    const fewer = roots.filter(({ spec }) => spec !== "demo-cli");
    await writeFile(path.join(root, "spack/demo/spack.lock"), JSON.stringify({ ...rest, roots: fewer }));
    const { exitCode, stderr } = await run("build", "//app:math");
    expect(exitCode).not.toBe(0);
    expect(stderr).toContain("spack.lock changed since the last sygaldry bazel sync (gone: /ja2p7h4)");
    const check = await sync("--check");
    expect(check.exitCode).toBe(1);
    expect(check.json).toMatchObject({
      error: {
        code: "SYG-RENDER-STALE",
        files: [
          { path: "MODULE.bazel", state: "stale" },
          { path: "third_party/BUILD.spack", state: "stale" },
        ],
        diff: expect.stringContaining('-        "ja2p7h42qcgq53d7vmfa7ktnkyxtzot5",  # demo-cli@0.9.0\n'),
      },
    });
    const dry = await sync("--dry-run");
    expect([dry.exitCode, dry.json]).toMatchObject([
      0,
      { changed: [], diff: expect.stringContaining("demo-cli") },
    ]);
    expect((await sync()).json).toMatchObject({ changed: ["MODULE.bazel", "third_party/BUILD.spack"] });
    await succeeds("build", "//app:math");
  });

  it("keeps targets beside its own, and says what is edited and what is not solved", async () => {
    const file = path.join(root, "third_party/BUILD.spack");
    await writeFile(file, `${await readFile(file, "utf8")}\nalias(name = "blas", actual = ":demo-base")\n`);
    expect((await sync("--check")).exitCode).toBe(0);
    await succeeds("build", "@spack//:blas");
    const module = path.join(root, "MODULE.bazel");
    const text = await readFile(module, "utf8");
    await writeFile(module, text.replace("# The packages", "# Edited: the packages"));
    expect(await sync()).toMatchObject({
      exitCode: 1,
      json: { error: { code: "SYG-RENDER-EDITED", files: ["MODULE.bazel"] } },
    });
    expect((await sync("--force")).exitCode).toBe(0);
    expect(await readFile(`${module}.before-sygaldry`, "utf8")).toContain("# Edited");
    await mkdir(path.join(root, "spack/later"));
    await writeFile(path.join(root, "spack/later/spack.yaml"), "spack: {specs: [zlib]}\n");
    expect(await sync()).toMatchObject({
      exitCode: 1,
      json: {
        error: { code: "SYG-SPACK-LOCK", next: "Run `sygaldry spack concretize spack/later`." },
      },
    });
    await rm(path.join(root, "spack/later"), { recursive: true });
  });
});

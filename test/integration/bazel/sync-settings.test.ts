import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { sygaldry } from "../../support/cli.ts";
import { runId } from "../../support/run-id.ts";
import { spackFixture } from "../../support/spack-fixtures.ts";

describe("sygaldry bazel sync and what it is told (integration)", () => {
  let root: string;
  let lock: string;
  const write = async (files: Readonly<Record<string, string>>) => {
    for (const [name, text] of Object.entries(files)) {
      await mkdir(path.dirname(path.join(root, name)), { recursive: true });
      await writeFile(path.join(root, name), text);
    }
  };
  const read = (name: string) => readFile(path.join(root, name), "utf8");
  const sync = (...args: readonly string[]) => sygaldry(["bazel", "sync", ...args], { cwd: root });
  const environment = (folder: string, more = "") => ({
    [`${folder}/spack.yaml`]: `spack:\n  specs: [demo-math precision=double, py-demo-stats, demo-cli]\n${more}`,
    [`${folder}/spack.lock`]: lock,
  });

  beforeEach(async () => {
    root = await mkdtemp(path.join(tmpdir(), `sygaldry-test-${runId}-`));
    lock = await readFile(spackFixture("demo/spack.lock"), "utf8");
  });
  afterEach(() => rm(root, { recursive: true }));

  it("gives several environments several repositories, by their names or as sygaldry.yaml says", async () => {
    const tree = "  config: {install_tree: {root: /opt/own_store}}\n";
    await write({
      ...environment("spack/sim"),
      ...environment("envs/gpu", tree),
      ".bazelversion": "8.1.0\n",
    });
    expect((await sync("--json")).json()).toMatchObject({
      bazel: { version: "8.1.0", from: ".bazelversion" },
      repositories: [
        { name: "spack_gpu", environment: "envs/gpu", lock: "envs/gpu/spack.lock" },
        { name: "spack_sim", environment: "spack/sim" },
      ],
    });
    expect(await read("MODULE.bazel")).toContain('store = "/opt/own_store"');
    expect(await read("MODULE.bazel")).toContain('use_repo(spack, "spack_gpu", "spack_sim")');
    await write({
      "sygaldry.yaml": `bazel:
  environments: {spack: sim, gpu: {path: envs/gpu, store: /opt/elsewhere}}
  toolchains: [cc]
`,
    });
    expect((await sync("--json")).json()).toMatchObject({
      repositories: [
        { name: "spack", environment: "spack/sim" },
        { name: "gpu", environment: "envs/gpu" },
      ],
      changed: expect.arrayContaining(["third_party/BUILD.gpu", "third_party/BUILD.spack_gpu"]),
    });
    const module = await read("MODULE.bazel");
    expect(module).toContain('store = "/opt/elsewhere"');
    expect(module).not.toContain("rules_python");
    expect(module).not.toContain("register_toolchains");
    expect((await sync("--check")).exitCode).toBe(0);
  });

  it("takes versions from sygaldry.yaml, and languages from what the repository has", async () => {
    await write({
      "sygaldry.yaml": 'tools: {bazel: "7.7.1", rust: "1.80.1", go: "1.22.3", python: "3.12.4"}\n',
      ...{ "Cargo.toml": "", "go.mod": "" },
    });
    const { exitCode, stdout, stderr } = await sync();
    expect(exitCode, stderr).toBe(0);
    expect(stdout.split("\n")).toEqual([".bazelrc", ".bazelversion", ".gitignore", "MODULE.bazel", ""]);
    expect(stderr).toMatch(/^Wrote 4 files for Bazel 7\.7\.1 \(.*sygaldry\.yaml:1:\d+\)\.\n$/);
    const module = await read("MODULE.bazel");
    expect(module).toContain('versions = ["1.80.1"]');
    expect(module).toContain('go_sdk.download(version = "1.22.3")');
    expect(module).toContain('python_version = "3.12"');
    expect(module).not.toContain("sygaldry_spack");
  });

  it("says how builds here find a store that is elsewhere", async () => {
    await write({ ...environment("spack"), "own/opt/spack/x": "" });
    const env = { SPACK_ROOT: path.join(root, "own") };
    const { exitCode, stderr } = await sygaldry(["bazel", "sync"], { cwd: root, env });
    expect(exitCode, stderr).toBe(0);
    expect(stderr).toContain(
      `\`common --repo_env=SYGALDRY_SPACK_STORE=${root}/own/opt/spack\` into user.bazelrc`,
    );
    // A path of this machine is in no file.
    expect(await read("MODULE.bazel")).not.toContain(root);
  });

  it("works from below the workspace, and in one below the repository's top", async () => {
    await write({ ...environment("spack/sim"), "MODULE.bazel": "", "code/app/x": "" });
    const from = async (folder: string) =>
      (await sygaldry(["bazel", "sync", "--json"], { cwd: path.join(root, folder) })).json();
    const meant = { root, repositories: [{ environment: "spack/sim" }] };
    expect(await from("code/app")).toMatchObject(meant);
    expect(await from("third_party/spack/private")).toMatchObject(meant);
    await write({ ".git/HEAD": "ref: refs/heads/main\n", "code/MODULE.bazel": "" });
    expect(await from("code/app")).toMatchObject(meant);
    await rm(path.join(root, "MODULE.bazel"));
    expect(await from("code/app")).toMatchObject({
      error: { code: "SYG-SPACK-ENV", message: expect.stringContaining("is outside of the workspace") },
    });
  });

  it("prints what it cannot place with the place, and fails a check for it", async () => {
    await write({ ...environment("spack"), "MODULE.bazel": 'module(name = "m")\nspack = 1\n' });
    const { exitCode, stdout, stderr } = await sync();
    expect(exitCode).toBe(0);
    expect(stderr).toContain("MODULE.bazel: the name spack is in use in line 2: nothing was put there");
    expect(stdout).toContain(
      "\nTo be put by hand into MODULE.bazel: in place of what begins in line 2, or at the end",
    );
    expect(stdout).toContain('lock = "//:spack/spack.lock"');
    const check = await sync("--check");
    expect([check.exitCode, check.stderr]).toEqual([
      1,
      expect.stringContaining("stale: MODULE.bazel (the name spack is in use in line 2)"),
    ]);
  });

  it.each([
    ["an environment that is not there", "bazel: {environments: {spack: nowhere}}\n", 1, "SYG-SPACK-ENV"],
    ["a name that is none", "bazel: {environments: {Spack-1: spack}}\n", 4, "SYG-CONFIG-INVALID"],
    ["a folder that leads out", "bazel: {environments: {spack: ../x}}\n", 4, "SYG-CONFIG-INVALID"],
    [
      "credentials in an endpoint",
      'bazel: {remote: {nativelink: "https://me:pw@x"}}\n',
      4,
      "SYG-CONFIG-INVALID",
    ],
    ["an unknown engine", 'bazel: {remote: {other: "grpc://x"}}\n', 4, "SYG-CONFIG-INVALID"],
    ["a Bazel that is too old", 'tools: {bazel: {version: "5.4.1", sha256: {}}}\n', 3, "SYG-BAZEL-VERSION"],
  ])("refuses %s", async (_, yaml, code, error) => {
    await write({ ...environment("spack"), "sygaldry.yaml": yaml });
    const result = await sync("--json");
    expect([result.exitCode, result.json()]).toMatchObject([code, { error: { code: error } }]);
    // And nothing was written.
    await expect(read("MODULE.bazel")).rejects.toThrow();
  });
});

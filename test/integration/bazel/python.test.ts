import { cp, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Bazel, type BazelWorkspace, rulesModule, startBazel } from "../../support/bazel.ts";
import { inRepository } from "../../support/paths.ts";
import { requires } from "../../support/requirements.ts";
import {
  installSynthetic,
  prefixOf,
  type SyntheticPackage,
  syntheticLock,
} from "../../support/synthetic-store.ts";
import { headers, python, pythonTool } from "./packages.ts";

const program = `import sys
import tool
print(sys.prefix, tool.VALUE)
`;
const rules = (load: string) => `${load}
py_binary(name = "program", srcs = ["program.py"], deps = ["@spack//python:tool"])
py_test(name = "passes", srcs = ["passes.py"], deps = ["@spack//python:tool"])
genrule(name = "made", outs = ["made.txt"], cmd = "$(location :program) > $@", tools = [":program"])
`;
const sources = {
  "program.py": program,
  "passes.py": `${program}assert tool.VALUE == 42\nassert open(sys.prefix + "/share/who").read() == "spack\\n"\n`,
  "BUILD.bazel": rules(""),
  "of_rules/program.py": program,
  "of_rules/passes.py": program,
  "of_rules/BUILD.bazel": rules('load("@rules_python//python:defs.bzl", "py_binary", "py_test")'),
};

requires("linux", "bazel")("Spack's Python as Bazel's (integration)", () => {
  let bazel: Bazel;
  let store: string;

  beforeAll(async () => {
    bazel = await startBazel();
    store = `${bazel.folder}/some-store`;
    await install([pythonTool, headers]);
  });
  afterAll(async () => bazel?.[Symbol.asyncDispose]());

  const install = (roots: readonly SyntheticPackage[]) =>
    installSynthetic(store, roots, async (script, cwd, args) => {
      const { exitCode, stderr } = await bazel.exec(["sh", "-ec", script, "sh", ...args], cwd);
      if (exitCode !== 0) throw new Error(stderr);
    });

  async function runsOnSpack(at: BazelWorkspace): Promise<void> {
    const said = `${prefixOf(store, python)} 42\n`;
    expect(await at.run("//:program")).toBe(said);
    expect(await at.run("//of_rules:program")).toBe(said);
    const { exitCode, stderr, stdout } = await at.bazel("test", "//...", "--test_output=all");
    expect(exitCode, stderr).toBe(0);
    expect(stdout.split(said)).toHaveLength(3);
    expect((await bazel.exec(["cat", "bazel-bin/made.txt"], at.path)).stdout).toBe(said);
    const { stdout: script } = await bazel.exec(["head", "-1", "bazel-bin/program"], at.path);
    expect(script).toBe(`#!${prefixOf(store, python)}/bin/python3\n`);
  }

  const module = `${rulesModule}spack.environment(lock = "//:spack.lock", store = "STORE")
use_repo(spack, "spack")
register_toolchains("@spack//toolchains:all")
`;

  it("runs programs and tests, by a MODULE.bazel", async () => {
    const at = await bazel.workspace("python", {
      ...sources,
      "MODULE.bazel": `${module.replace("STORE", store)}bazel_dep(name = "rules_python", version = "0.22.1")\n`,
      "spack.lock": syntheticLock([pythonTool]),
    });
    await runsOnSpack(at);
    await at.bazel("shutdown");
  });

  it("runs programs and tests, by a WORKSPACE", async () => {
    const at = await bazel.workspace("python-workspace", {
      ...sources,
      WORKSPACE: `local_repository(name = "sygaldry_spack", path = "/rules")
load("@sygaldry_spack//:workspace.bzl", "spack_environment")
spack_environment(lock = "//:spack.lock", store = "${store}")
register_toolchains("@spack//toolchains:all")
`,
      "spack.lock": syntheticLock([pythonTool]),
    });
    await runsOnSpack(at);
    await at.bazel("shutdown");
  });

  it.each([6, 7])("does the same with the rules for a Bazel %s that says its version", async (major) => {
    // Debian's says none, and is taken for the newest.
    const rules = path.join(bazel.folder, `rules-${major}`);
    await cp(inRepository("templates/bazel/spack"), rules, { recursive: true });
    const file = path.join(rules, "private/bazel_version.bzl");
    const text = await readFile(file, "utf8");
    const fixed = text.replace(/return int\(digits\).*/, `return ${major}`);
    expect(fixed).not.toBe(text);
    await writeFile(file, fixed);
    const at = await bazel.workspace(`python-${major}`, {
      ...sources,
      "MODULE.bazel": `${module.replace("STORE", store).replace("/rules", rules)}bazel_dep(name = "rules_python", version = "0.22.1")\n`,
      "spack.lock": syntheticLock([pythonTool]),
    });
    await runsOnSpack(at);
    await at.bazel("shutdown");
  });

  it("takes the system's where the lock has none, or an external of it", async () => {
    const external: SyntheticPackage = { name: "python", version: "3.14.0", external: "/usr" };
    const at = await bazel.workspace("python-none", {
      "MODULE.bazel": module.replace("STORE", store),
      "spack.lock": syntheticLock([headers]),
      "program.py": "import sys\nprint(sys.executable)\n",
      "BUILD.bazel": 'py_binary(name = "program", srcs = ["program.py"])\n',
    });
    expect(await at.run("//:program")).toMatch(/python3/);
    expect((await at.bazel("query", "@spack//toolchains:all")).stdout).toBe("");
    await install([external]);
    await at.write({ "spack.lock": syntheticLock([external]) });
    expect(await at.run("//:program")).toMatch(/^\/usr\/bin\/python3/);
    expect((await at.bazel("query", "@spack//toolchains:all")).stdout).toContain(":python\n");
  });

  it("lets a BUILD file of the repository add to @spack and decide what a name means", async () => {
    await install([headers, pythonTool]);
    const at = await bazel.workspace("own", {
      "MODULE.bazel": module
        .replace("STORE", store)
        .replace(
          'lock = "//:spack.lock"',
          'build_file = "//:third_party/BUILD.spack", lock = "//:spack.lock"',
        ),
      "spack.lock": syntheticLock([headers, pythonTool]),
      "BUILD.bazel": "",
      "third_party/BUILD.spack": `# alias(name = "python_files", actual = ":nothing")
filegroup(name = "everything", srcs = [":headers_files"])
alias(name = "tool", actual = "//python:tool")
alias(name = "headers_headers", actual = ":headers")
`,
    });
    const query = async (label: string) => (await at.bazel("query", label, "--output=build")).stdout;
    expect(await query("@spack//:everything")).toContain('"@spack//:headers_files"');
    expect(await query("@spack//:headers_headers")).toContain('actual = "@spack//:headers"');
    expect(await query("@spack//:python_files")).toContain("packages/python-");
    expect((await at.bazel("build", "@spack//:everything", "@spack//:tool")).exitCode).toBe(0);
    await at.write({
      "MODULE.bazel": module.replace("STORE", store).replace("lock =", 'build_file = "//:none", lock ='),
    });
    expect((await at.bazel("build", "@spack//:headers")).stderr).toContain("/none.\n  next: Make it");
  });
});

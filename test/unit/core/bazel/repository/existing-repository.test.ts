import { mkdir, readdir, realpath, stat, symlink } from "node:fs/promises";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { processRunner, runChecked } from "../../../../../extension/core/base/process.ts";
import { beginLine, endLine, withoutBlock } from "../../../../../extension/core/bazel/repository/block.ts";
import { createWorkspace, cuda, ownFiles, sim } from "./workspace.ts";

const changedLock = { repositories: [{ ...sim, roots: sim.roots.slice(1) }] };
const bytes = (text: string) => Buffer.from(text).toString("latin1");

describe("an existing repository (unit)", () => {
  it.each([
    ["plain", 'module(name = "mine")\n\nbazel_dep(name = "zlib", version = "1.3")\n'],
    ["without a line end at its end", 'module(name = "mine")'],
    [
      "with the line ends of Windows",
      'module(name = "mine")\r\n\r\nbazel_dep(name = "zlib", version = "1.3")\r\n',
    ],
    ["with comments and unicode", '# größe → λ\nmodule(name = "mine")  # 名\n\n\n# end'],
    ["of comments alone", "# nothing yet\n"],
    ["empty", ""],
    ["that talks of the markers", `# not a marker: ${beginLine} here\nmodule(name = "mine")\n`],
  ])("keeps every byte of a MODULE.bazel %s", async (_, text) => {
    await using workspace = await createWorkspace({ "MODULE.bazel": text });
    await workspace.sync();
    const merged = await workspace.read("MODULE.bazel");
    expect(merged.startsWith(bytes(text))).toBe(true);
    expect(merged).toContain('bazel_dep(name = "sygaldry_spack")');
    const wild = merged.split("\n").filter((line) => line.endsWith("\r")).length;
    if (text.includes("\r\n")) expect(wild).toBe(merged.split("\n").length - 1);
    else expect(wild).toBe(0);
    expect((await workspace.sync()).changed).toEqual([]);
    // Refreshed in its place, whatever came below it.
    await workspace.write({ "MODULE.bazel": Buffer.from(`${merged}# below\n`, "latin1") });
    expect((await workspace.sync(changedLock)).changed).toEqual(["MODULE.bazel", "third_party/BUILD.spack"]);
    const refreshed = await workspace.read("MODULE.bazel");
    expect(refreshed).not.toContain("a".repeat(32));
    expect(refreshed.endsWith("# below\n")).toBe(true);
    expect(refreshed.startsWith(bytes(text))).toBe(true);
  });

  it("puts settings of .bazelrc before those that are there, which so win, and import what is of one machine last", async () => {
    const own = "# licence\n# of ours\n\nbuild --jobs=3\nbuild:ci --keep_going\nbuild --disk_cache=/mine\n";
    await using workspace = await createWorkspace({ ".bazelrc": own, "MODULE.bazel": "" });
    await workspace.sync();
    const rc = await workspace.read(".bazelrc");
    expect(rc.startsWith(`# licence\n# of ours\n\n${beginLine}\n`)).toBe(true);
    expect(rc.indexOf(endLine)).toBeLessThan(rc.indexOf("build --jobs=3"));
    expect(rc.endsWith("\ntry-import %workspace%/user.bazelrc\n")).toBe(true);
    expect(rc.split("--disk_cache")).toHaveLength(2);
    expect(rc).not.toContain("build:ci --color");
    expect((await workspace.sync()).changed).toEqual([]);
  });

  it("leaves the Bazel, the module's own toolchains and what is ignored to the repository", async () => {
    const module = `bazel_dep(name = "rules_python", version = "0.40.0")
python = use_extension("@rules_python//python/extensions:python.bzl", "python")
rust = "taken"
include("//build:go.MODULE.bazel")
`;
    await using workspace = await createWorkspace({
      "MODULE.bazel": module,
      "build/go.MODULE.bazel": 'bazel_dep(name = "rules_go", version = "0.55.1", repo_name = "go")\n',
      ".bazelversion": "8.1.0\n",
      ".gitignore": "bazel-bin\n/user.bazelrc\n",
    });
    const { plan } = await workspace.sync({
      repositories: [],
      toolchains: { cc: "", python: "3.13", rust: "1.79", go: "1.21.5" },
    });
    expect(plan.notes).toEqual([
      "MODULE.bazel: rules_python of line 1 is left as it is",
      "MODULE.bazel: rules_go of line 1 is left as it is",
      "MODULE.bazel: rust of line 3 is left as it is, so rust is not set up",
    ]);
    const added = (await workspace.read("MODULE.bazel")).slice(module.length);
    expect([...added.matchAll(/bazel_dep\(name = "(\w+)"/g)].map(([, name]) => name)).toEqual([
      "rules_cc",
      "rules_rust",
    ]);
    expect(added).not.toContain("use_extension");
    expect(await workspace.read(".bazelversion")).toBe("8.1.0\n");
    expect(await workspace.read(".gitignore")).toBe("bazel-bin\n/user.bazelrc\n");
  });

  it("prints what cannot be placed, and takes it over once it is put in", async () => {
    const module = 'spack = "ours"\n';
    await using workspace = await createWorkspace({ "MODULE.bazel": module });
    const { plan } = await workspace.sync();
    expect(plan.snippets).toMatchObject([
      { path: "MODULE.bazel", why: "the name spack is in use in line 1" },
    ]);
    const text = plan.snippets[0]?.text ?? "";
    expect(text.replace(/use_extension\([^)]*\)/, "USE")).toMatch(
      /^# The packages of .*\nbazel_dep\(name = "sygaldry_spack"\)\nlocal_path_override\([^)]*\)\n\nspack = USE/,
    );
    expect(await workspace.read("MODULE.bazel")).not.toContain("local_path_override");
    // The rest is there.
    expect(await workspace.read("MODULE.bazel")).toContain('bazel_dep(name = "rules_cc"');
    const renamed = text.replaceAll(/\bspack( = use|\.env|, )/g, "packages$1");
    await workspace.write({ "MODULE.bazel": `${await workspace.read("MODULE.bazel")}${renamed}` });
    const { plan: later, changed } = await workspace.sync();
    expect([later.snippets, changed]).toEqual([[], []]);
    const stale = await workspace.compare({ repositories: [{ ...sim, roots: cuda.roots }] });
    expect(stale.plan.snippets).toHaveLength(1);
  });

  it("knows a set-up by hand, and tells when its roots are stale", async () => {
    const byHand = (roots: string) => `bazel_dep(name = "sygaldry_spack", version = "0.1.0")
local_path_override(module_name = "sygaldry_spack", path = "./third_party/spack")
spack = use_extension("@sygaldry_spack//:extensions.bzl", "spack")
spack.environment(lock = "//:spack/sim/spack.lock"${roots})
use_repo(spack, "spack")
`;
    await using workspace = await createWorkspace({ "MODULE.bazel": byHand("") });
    const { plan } = await workspace.sync();
    expect(plan.snippets).toEqual([]);
    expect(plan.notes).toContain("MODULE.bazel: sygaldry_spack of line 1 is left as it is");
    expect((await workspace.read("MODULE.bazel")).match(/use_extension/g)).toHaveLength(1);
    expect(await workspace.read("third_party/spack/repository.bzl")).toContain("spack_repository");
    await workspace.write({ "MODULE.bazel": byHand(', synced_roots = ["x"]') });
    expect((await workspace.compare()).plan.snippets).toMatchObject([
      { why: "synced_roots beside line 1 are not the roots of the lock" },
    ]);
    const roots = JSON.stringify(sim.roots.map(({ hash }) => hash));
    await workspace.write({ "MODULE.bazel": byHand(`, synced_roots = ${roots}`) });
    expect((await workspace.compare()).plan.snippets).toEqual([]);
    // Somebody else's copy, or one of a registry.
    await workspace.write({ "MODULE.bazel": byHand("").replace("./third_party/spack", "elsewhere") });
    expect((await workspace.compare()).plan.files).toEqual([]);
  });

  it("uses a WORKSPACE where that is what Bazel reads", async () => {
    const own = 'workspace(name = "mine")\n';
    await using six = await createWorkspace({ WORKSPACE: own });
    await six.sync({ bazel: "6.4.0" });
    expect(await ownFiles(six)).not.toContain("MODULE.bazel");
    expect(await six.read("WORKSPACE")).toContain("spack_environment(");
    await using seven = await createWorkspace({
      "WORKSPACE.bazel": own,
      "MODULE.bazel": "",
      ".bazelrc": "common --noenable_bzlmod\n",
    });
    await seven.sync();
    expect(await seven.read("WORKSPACE.bazel")).toContain("spack_environment(");
    expect(await seven.read("WORKSPACE.bazel")).not.toContain("http_archive");
    expect(await seven.read("MODULE.bazel")).toBe("");
    await using modules = await createWorkspace({
      WORKSPACE: own,
      ".bazelrc": "build --enable_bzlmod # yes\n",
    });
    await modules.sync({ bazel: "6.5.0" });
    expect(await modules.read("WORKSPACE")).toBe(own);
    expect(await modules.read("MODULE.bazel")).toContain(
      'bazel_dep(name = "rules_python", version = "0.38.0")',
    );
    await using taken = await createWorkspace({
      WORKSPACE: `${own}new_local_repository(name = "spack", path = "/x")\n`,
    });
    const { plan } = await taken.sync({ bazel: "6.4.0" });
    expect(plan.snippets).toMatchObject([{ path: "WORKSPACE", why: "the name spack is in use in line 2" }]);
  });
});

describe("a block that somebody edited (unit)", () => {
  it("is kept, and with force a copy of it", async () => {
    await using workspace = await createWorkspace({ "MODULE.bazel": "# mine\n" });
    await workspace.sync();
    const edited = (await workspace.read("MODULE.bazel")).replace("rules_cc", "rules_dd");
    await workspace.write({ "MODULE.bazel": edited });
    expect((await workspace.compare()).statuses.filter(({ state }) => state !== "current")).toMatchObject([
      { path: "MODULE.bazel", state: "edited" },
    ]);
    await expect(workspace.sync(changedLock)).rejects.toMatchObject({ code: "SYG-RENDER-EDITED" });
    // Nothing was written, the other files neither.
    expect(await workspace.read("third_party/BUILD.spack")).toContain(":hdf5");
    await workspace.sync(changedLock, true);
    expect(await workspace.read("MODULE.bazel.before-sygaldry")).toBe(edited);
    expect(await workspace.read("MODULE.bazel")).toContain("rules_cc");
    // Edited to what it would become.
    await workspace.write({ "MODULE.bazel": edited.replace("rules_dd", "rules_cc") });
    expect((await workspace.sync()).changed).toEqual(["third_party/BUILD.spack"]);
  });

  it("is told from one that is merely stale when the record is lost", async () => {
    await using workspace = await createWorkspace();
    await workspace.sync();
    await workspace.write({ "third_party/.sygaldry.json": "<<<<<<< HEAD\n" });
    expect((await workspace.sync()).changed).toEqual([]);
    await workspace.write({ "third_party/.sygaldry.json": "{}" });
    await expect(workspace.sync(changedLock)).rejects.toMatchObject({ code: "SYG-RENDER-EDITED" });
  });

  it.each([
    [
      "its end gone",
      (text: string) => text.replace(endLine, ""),
      /^MODULE\.bazel:2: .*no `# <<< sygaldry <<<` after it/,
    ],
    [
      "its begin gone",
      (text: string) => text.replace(beginLine, ""),
      /^MODULE\.bazel:\d+: .*no `# >>> sygaldry >>>` before it/,
    ],
    [
      "a second begin in it",
      (text: string) => text.replace("\n\nspack =", `\n${beginLine}\nspack =`),
      /the block before it has no/,
    ],
    ["itself twice", (text: string) => `${text}${text.slice(7)}`, /there is a whole block before it/],
  ])("with %s stops before anything is written", async (_, damage, message) => {
    await using workspace = await createWorkspace({ "MODULE.bazel": "# mine\n" });
    await workspace.sync();
    const damaged = damage((await workspace.read("MODULE.bazel")).replace("# mine\n\n", "# mine\n"));
    await workspace.write({ "MODULE.bazel": damaged });
    const failure = expect(workspace.sync(changedLock, true)).rejects;
    await failure.toMatchObject({ code: "SYG-RENDER-EDITED", message: expect.stringMatching(message) });
    expect(await workspace.read("MODULE.bazel")).toBe(damaged);
  });

  it("does not count as edited for its indentation or line ends", async () => {
    await using workspace = await createWorkspace({ "MODULE.bazel": "# mine\n" });
    await workspace.sync();
    const windows = (await workspace.read("MODULE.bazel")).replaceAll("\n", "\r\n");
    await workspace.write({ "MODULE.bazel": windows });
    expect((await workspace.sync()).changed).toEqual([]);
    await workspace.sync(changedLock);
    const refreshed = await workspace.read("MODULE.bazel");
    expect(refreshed.split("\r\n")).toHaveLength(refreshed.split("\n").length);
  });
});

describe("what is no longer wanted (unit)", () => {
  it("goes, where nobody changed it", async () => {
    await using workspace = await createWorkspace({
      "third_party/BUILD.spack_cuda": 'filegroup(name = "mine")\n',
    });
    await workspace.sync({ repositories: [sim, cuda] });
    await workspace.sync({ repositories: [cuda] });
    expect(await ownFiles(workspace)).not.toContain("third_party/BUILD.spack");
    await workspace.sync({ repositories: [] });
    expect(await workspace.read("third_party/BUILD.spack_cuda")).toBe('filegroup(name = "mine")\n');
    await expect(stat(path.join(workspace.root, "third_party/spack/repository.bzl"))).rejects.toThrow();
    expect(withoutBlock(await workspace.read("MODULE.bazel"))).not.toContain("spack");
    await workspace.sync({ repositories: [], toolchains: {} });
    expect(await ownFiles(workspace)).not.toContain("MODULE.bazel");
  });
});

describe("files that are not plain (unit)", () => {
  it("are written through a link within the workspace, with their modes, and never outside of it", async () => {
    await using workspace = await createWorkspace({
      "config/bazelrc": "build --jobs=2\n",
      "MODULE.bazel": "",
    });
    await symlink("config/bazelrc", path.join(workspace.root, ".bazelrc"));
    const { changed } = await workspace.sync();
    expect(changed).toContain("config/bazelrc");
    expect(await workspace.read("config/bazelrc")).toContain(beginLine);
    expect((await workspace.sync()).changed).toEqual([]);
    await using other = await createWorkspace();
    await mkdir(path.join(other.root, "in"));
    await other.write({ outside: "" });
    await symlink("../outside", path.join(other.root, "in", ".bazelrc"));
    await symlink(path.join(workspace.root, "config/bazelrc"), path.join(other.root, ".bazelrc"));
    await expect(other.sync()).rejects.toMatchObject({ code: "SYG-FILE", message: /outside the workspace/ });
  });

  it("stop it where folders lead out, and where no file is", async () => {
    await using outside = await createWorkspace();
    await using workspace = await createWorkspace();
    await symlink(outside.root, path.join(workspace.root, "third_party"));
    await expect(workspace.sync()).rejects.toMatchObject({
      code: "SYG-FILE",
      message: `third_party is a link to ${await realpath(outside.root)}, outside the workspace`,
    });
    expect(await readdir(outside.root)).toEqual([]);
    await using other = await createWorkspace({ third_party: "" });
    await expect(other.sync()).rejects.toMatchObject({
      code: "SYG-FILE",
      message: /third_party is no folder/,
    });
    await using piped = await createWorkspace();
    await runChecked(processRunner, { command: "mkfifo", args: [path.join(piped.root, ".bazelrc")] });
    await expect(piped.sync()).rejects.toMatchObject({ code: "SYG-FILE", message: /\.bazelrc is no file/ });
  });

  it("of broken Starlark stop with the place", async () => {
    await using workspace = await createWorkspace({ "MODULE.bazel": 'module(\n  name = "x"\n' });
    await expect(workspace.sync()).rejects.toMatchObject({
      code: "SYG-BAZEL-WORKSPACE",
      message: "MODULE.bazel:1: '(' is never closed",
    });
  });
});

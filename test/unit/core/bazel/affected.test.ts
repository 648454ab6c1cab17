import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, readFile, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { processRunner } from "../../../../extension/core/base/process.ts";
import { findAffected } from "../../../../extension/core/bazel/affected/affected.ts";
import { type ChangedFile, findChanges, textAt } from "../../../../extension/core/bazel/affected/changes.ts";
import { findImplied } from "../../../../extension/core/bazel/affected/implied.ts";
import { writeTree } from "../../../../extension/core/bazel/affected/old-tree.ts";
import { type GraphRule, makeGraph } from "../../../../extension/core/bazel/graph/graph.ts";

const rule = (label: string, inputs: readonly string[], digest = "1"): GraphRule => ({
  ...{ label, kind: "cc_library", inputs, outputs: [], digest, manual: false },
});
const modified = (file: string, submodule = false): ChangedFile => ({ file, how: "modified", submodule });
const rules = [
  rule("//a:lib", ["//a:src/x.cc", "@@spack//:zlib"]),
  rule("//b:app", ["//a:lib", "//b:dir"]),
  rule("//c:tools", []),
  rule("@@spack//:zlib", []),
];

describe("findAffected (unit)", () => {
  const find = (files: readonly ChangedFile[], more: object = {}) => {
    const evidence = { now: makeGraph(rules), before: undefined, everything: [], toolchains: [] };
    return findAffected({ ...evidence, files, ...more });
  };
  const because = (found: ReturnType<typeof find>) =>
    Object.fromEntries(found.targets.map((target) => [target.label, target.because]));

  it("goes from a file up to all that is built with it, and tells the way", () => {
    expect(because(find([modified("a/src/x.cc")]))).toEqual({
      "//a:lib": { what: "file", file: "a/src/x.cc", path: ["//a:lib", "//a:src/x.cc"] },
      "//b:app": { what: "file", file: "a/src/x.cc", path: ["//b:app", "//a:lib", "//a:src/x.cc"] },
    });
    expect(Object.keys(because(find([modified("b/dir/deep/y")])))).toEqual(["//b:app"]);
    expect(Object.keys(because(find([modified("a/src", true)])))).toEqual(["//a:lib", "//b:app"]);
    expect(find([modified("README.md"), modified("a/BUILD")])).toMatchObject({
      targets: [],
      unused: ["README.md"],
    });
  });

  it("compares rules, those of other repositories too", () => {
    const before = makeGraph([
      rule("//a:lib", ["//a:src/x.cc", "@@spack//:zlib"]),
      rule("//b:app", ["//a:lib"]),
      rule("//gone:x", []),
      rule("@@spack//:zlib", [], "other hash"),
    ]);
    const found = find([], { before });
    expect(found.removed).toEqual(["//gone:x"]);
    expect(because(found)).toEqual({
      "//a:lib": { what: "rule", file: undefined, path: ["//a:lib", "@@spack//:zlib"] },
      "//b:app": { what: "rule", file: undefined, path: ["//b:app"] },
      "//c:tools": { what: "new", file: undefined, path: ["//c:tools"] },
    });
  });

  it("tells a long way in short, and holds not all of them", () => {
    const chain = Array.from({ length: 20_000 }, (_, at) =>
      rule(`//:t${at}`, [at === 0 ? "//:x" : `//:t${at - 1}`]),
    );
    const { targets } = find([modified("x")], { now: makeGraph(chain) });
    expect(targets).toHaveLength(20_000);
    const last = targets.find(({ label }) => label === "//:t19999");
    expect(last?.because.path.slice(-3)).toEqual(["//:t19938", "…", "//:x"]);
    expect(last?.because.path).toHaveLength(64);
  });

  it("means everything by what decides how all is built, and by a toolchain of the workspace", () => {
    const all = ["//a:lib", "//b:app", "//c:tools"];
    expect(Object.keys(because(find([], { everything: [".bazelrc"] })))).toEqual(all);
    const found = because(find([modified("a/src/x.cc")], { toolchains: ["//a:all"] }));
    expect(Object.keys(found)).toEqual(all);
    expect(found["//c:tools"]).toEqual({
      ...{ what: "everything", file: "a/src/x.cc", path: ["//c:tools", "//a:lib", "//a:src/x.cc"] },
    });
  });
});

describe("findImplied (unit)", () => {
  const module = `spack = use_extension("@sygaldry_spack//:extensions.bzl", "spack")
spack.environment(lock = "//:spack/sim/spack.lock", synced_roots = ["a"])
register_toolchains("//toolchains:all")
pip.parse(lock = "//py:requirements.txt")
`;
  const implied = (files: readonly ChangedFile[], before: Record<string, string>, now = before) =>
    findImplied(files, async (file) => ({ before: before[file] ?? "", now: now[file] ?? "" }));
  const root = { "MODULE.bazel": module };

  it.each([
    ".bazelrc",
    "ci/x.bazelrc",
    ".bazelversion",
    "tools/bazel",
    "go.MODULE.bazel",
    "py/requirements.txt",
  ])("takes %s for everything", async (file) =>
    expect((await implied([modified(file)], root)).everything).toEqual([file]),
  );

  it("does not care for comments and layout of MODULE.bazel, and for all else in it", async () => {
    const files = [modified("MODULE.bazel")];
    const same = await implied(files, root, {
      "MODULE.bazel": `# hi\n\n${module.replace("(lock", "( lock")}`,
    });
    expect(same).toMatchObject({ everything: [], compare: false, toolchains: ["//toolchains:all"] });
    const other = await implied(files, root, { "MODULE.bazel": `${module}bazel_dep(name = "x")\n` });
    expect(other.everything).toEqual(["MODULE.bazel"]);
  });

  it("compares Spack's repository for its lock, and for its part of MODULE.bazel and its lock", async () => {
    const spack = { everything: [], compare: true, spackBefore: ["spack"], spackNow: ["spack"] };
    expect(await implied([modified("spack/sim/spack.lock")], root)).toMatchObject(spack);
    const lock = (extra: object) =>
      JSON.stringify({ moduleExtensions: { "@@sygaldry_spack~//:extensions.bzl%spack": extra, "//x%y": 1 } });
    const files = [modified("MODULE.bazel"), modified("MODULE.bazel.lock")];
    const now = { "MODULE.bazel": module.replace('"a"', '"b"'), "MODULE.bazel.lock": lock({ b: 1 }) };
    expect(await implied(files, { ...root, "MODULE.bazel.lock": lock({}) }, now)).toMatchObject(spack);
    const other = { ...root, "MODULE.bazel.lock": "{}" };
    expect((await implied(files, other, now)).everything).toEqual(["MODULE.bazel.lock"]);
    expect((await implied(files, root, now)).everything).toEqual([]);
  });

  it("compares rules for BUILD files, .bzl files and files that are gone, and not for sources", async () => {
    const compare = async (change: ChangedFile) => (await implied([change], root)).compare;
    expect(await compare(modified("a/BUILD"))).toBe(true);
    expect(await compare(modified("a/defs.bzl"))).toBe(true);
    expect(await compare({ ...modified("a/x.cc"), how: "deleted" })).toBe(true);
    expect(await compare(modified("a/x.cc"))).toBe(false);
    expect(await compare({ ...modified("a/x.cc"), how: "added" })).toBe(false);
  });
});

describe("findChanges with a real git (unit)", () => {
  let top: string;
  const git = (...args: readonly string[]) =>
    execFileSync(
      "git",
      ["-c", "user.name=a", "-c", "user.email=a@b", "-c", "protocol.file.allow=always", ...args],
      {
        cwd: top,
        stdio: "pipe",
      },
    );
  const write = async (file: string, text: string) => {
    await mkdir(path.dirname(path.join(top, file)), { recursive: true });
    await writeFile(path.join(top, file), text);
  };
  const since = (revision: string, mergeBase = false) =>
    findChanges(processRunner, path.join(top, "ws"), { since: revision, mergeBase });

  beforeEach(async () => {
    top = await realpath(await mkdtemp(path.join(tmpdir(), "sygaldry-test-")));
    git("init", "-q", "-b", "main");
    for (const file of ["ws/größe \n.txt", "ws/gone", "ws/staged", "ws/plain", "out"]) await write(file, "1");
    await write("ws/.gitignore", "ignored\n");
    git("add", "-A");
    git("commit", "-qm", "one");
  });
  afterEach(() => rm(top, { recursive: true, force: true }));

  it("sees what is committed, staged, unstaged and untracked", async () => {
    await write("ws/committed", "2");
    git("add", "-A");
    git("commit", "-qm", "two");
    await write("ws/staged", "2");
    git("add", "ws/staged");
    await write("ws/größe \n.txt", "2");
    await write("out", "2");
    await write("ws/ignored", "2");
    await write("ws/new", "2");
    git("mv", "ws/gone", "ws/moved");
    git("rm", "-q", "--cached", "ws/plain");
    const changes = await since("HEAD~1");
    expect(changes.files.map(({ file, how }) => `${how} ${file}`)).toEqual(
      [
        ...["added committed", "modified größe \n.txt", "deleted gone", "added moved"],
        ...["added new", "modified plain", "modified staged"].sort((a, b) =>
          a.slice(6) < b.slice(6) ? -1 : 1,
        ),
      ].sort((a, b) => ((a.split(" ")[1] ?? "") < (b.split(" ")[1] ?? "") ? -1 : 1)),
    );
    expect(changes).toMatchObject({ top, folder: "ws", outside: 1 });
    expect(await textAt(processRunner, changes, "staged", undefined)).toBe("1");
    expect(await textAt(processRunner, changes, "none", undefined)).toBe("");
  });

  it("says what is wrong with a revision, a shallow clone, a folder", async () => {
    await expect(since("nowhere")).rejects.toMatchObject({ code: "SYG-GIT" });
    await expect(since("--help")).rejects.toMatchObject({ code: "SYG-GIT" });
    git("commit", "-q", "--allow-empty", "-m", "two");
    git("clone", "-q", "--depth=1", `file://${top}`, "ws/shallow");
    const shallow = { since: "HEAD~1", mergeBase: false };
    await expect(findChanges(processRunner, path.join(top, "ws/shallow"), shallow)).rejects.toMatchObject({
      next: expect.stringContaining("--unshallow"),
    });
    await rm(path.join(top, ".git"), { recursive: true });
    await expect(since("HEAD")).rejects.toMatchObject({ code: "SYG-GIT" });
  });

  it("compares with where the branch began", async () => {
    git("checkout", "-qb", "feature");
    await write("ws/mine", "2");
    git("add", "-A");
    git("commit", "-qm", "mine");
    git("checkout", "-q", "main");
    await write("ws/theirs", "2");
    git("add", "-A");
    git("commit", "-qm", "theirs");
    git("checkout", "-q", "feature");
    expect((await since("main", true)).files.map(({ file }) => file)).toEqual(["mine"]);
    expect((await since("main")).files.map(({ file }) => file)).toEqual(["mine", "theirs"]);
  });

  it("writes the files of a commit, and its submodules, and nothing into the repository", async () => {
    execFileSync("git", ["init", "-q", `${top}/ws/lib`]);
    await write("ws/lib/BUILD", "sub");
    const own = ["-C", "ws/lib"] as const;
    git(...own, "add", "-A");
    git(...own, "commit", "-qm", "sub");
    git("-c", "advice.addEmbeddedRepo=false", "add", "-A");
    git("commit", "-qm", "with a submodule");
    await write("ws/lib/BUILD", "changed");
    expect((await since("HEAD")).files).toEqual([{ file: "lib", how: "modified", submodule: true }]);
    const before = git("status", "--porcelain").toString();
    const target = path.join(top, "ignored-target/tree");
    await writeTree(processRunner, top, "HEAD", target);
    expect(await readFile(path.join(target, "ws/lib/BUILD"), "utf8")).toBe("sub");
    expect(await readFile(path.join(target, "ws/plain"), "utf8")).toBe("1");
    await rm(path.join(top, "ignored-target"), { recursive: true });
    expect(git("status", "--porcelain").toString()).toBe(before);
    expect(git("worktree", "list").toString().trim().split("\n")).toHaveLength(1);
  });
});

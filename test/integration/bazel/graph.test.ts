import { execFileSync } from "node:child_process";
import { cp, readdir, readFile, rm } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { type Bazel, type BazelWorkspace, rulesModule, startBazel } from "../../support/bazel.ts";
import { sygaldry } from "../../support/cli.ts";
import { inRepository } from "../../support/paths.ts";
import { requires } from "../../support/requirements.ts";
import { fixtureLock, spackFixture } from "../../support/spack-fixtures.ts";

const genrule = (name: string, more: string, cmd = "cat $(SRCS) > $@") =>
  `genrule(name = "${name}", outs = ["${name}.txt"], cmd = ${JSON.stringify(cmd)}, ${more})\n`;

const files = {
  "MODULE.bazel": "# the root\n",
  "lib/defs.bzl": `def twins(name):
    for part in ["1", "2"]:
        native.filegroup(name = name + part, srcs = native.glob(["*.md"]))
`,
  "lib/BUILD": `load(":defs.bzl", "twins")
package(default_visibility = ["//visibility:public"])
twins(name = "tw")
cc_library(name = "größe", srcs = ["g.cc"])
cc_library(name = "user", srcs = ["u.cc"], deps = [":größe"])
sh_test(name = "t", srcs = ["t.sh"], data = [":user"])
sh_test(name = "by_hand", srcs = ["t.sh"], tags = ["manual"])
`,
  ...{
    "lib/g.cc": "int g;\n",
    "lib/u.cc": "int u;\n",
    "lib/t.sh": "#!/bin/sh\n",
    "lib/a.md": "",
    "lib/b.md": "",
  },
  "cycle/BUILD": 'filegroup(name = "p", srcs = [":q"])\nfilegroup(name = "q", srcs = [":p"])\n',
  "gen/BUILD": [
    genrule("same", 'srcs = ["in"]'),
    genrule("random", 'srcs = ["in"]', "sort -R < $(SRCS) > $@"),
    genrule("after", 'srcs = [":random.txt"]'),
  ].join(""),
  "gen/in": `${Array.from({ length: 200 }, (_, line) => `line ${line}`).join("\n")}\n`,
};

requires("linux", "bazel")(
  "sygaldry bazel graph, why, affected, reproduce with a real Bazel (integration)",
  () => {
    let bazel: Bazel;
    let at: BazelWorkspace;
    const git = (...args: readonly string[]) =>
      execFileSync("git", ["-C", at.path, "-c", "user.name=a", "-c", "user.email=a@b", ...args], {
        stdio: "pipe",
      });

    beforeAll(async () => {
      bazel = await startBazel();
      at = await bazel.workspace("w", files);
      git("init", "-q");
      git("add", "-A");
      git("commit", "-qm", "one");
    });
    afterAll(async () => bazel?.[Symbol.asyncDispose]());
    beforeEach(() => {
      git("reset", "-q", "--hard");
      git("clean", "-qfdx");
    });

    const cli = (expected: number, ...args: readonly string[]) => cliIn(at.path, expected, ...args);
    const cliIn = async (cwd: string, expected: number, ...args: readonly string[]) => {
      const env = {
        PATH: `${bazel.programs}:${process.env["PATH"]}`,
        XDG_CACHE_HOME: path.join(bazel.folder, "cache"),
      };
      const result = await sygaldry(["bazel", ...args], { cwd, env });
      expect(result.exitCode, result.stderr).toBe(expected);
      return result;
    };
    const affected = async (...args: readonly string[]) =>
      (await cli(0, "affected", "--since", "HEAD", ...args)).stdout.split("\n").filter(Boolean);
    const left = () => readdir(path.join(bazel.folder, "cache/sygaldry/bazel_scratch"));

    it("shows the tree of dependencies, cycles, and who depends", async () => {
      const { stdout } = await cli(0, "graph", "lib:t");
      expect(stdout).toMatch(
        /^\/\/lib:t {2}sh_test\n(├── @@.*\n)*[└├]── \/\/lib:user {2}cc_library\n.*── \/\/lib:größe {2}cc_library\n/,
      );
      expect((await cli(0, "graph", "//cycle:all")).stdout).toBe(
        "//cycle:p  filegroup\n└── //cycle:q  filegroup\n    └── //cycle:p  filegroup [cycle]\n",
      );
      expect((await cli(0, "graph", "--reverse", "--depth", "1", "//lib:g.cc")).stdout).toBe(
        "//lib:g.cc  file\n└── //lib:größe  cc_library\n",
      );
      expect((await cli(0, "graph", "gen:after", "--json")).json()).toMatchObject({
        ...{ complete: true, problems: [], roots: ["//gen:after"] },
        edges: [{ from: "//gen:after", to: "//gen:random" }],
      });
      expect((await cli(1, "graph", "//no:thing", "--json")).json()).toMatchObject({
        error: { code: "SYG-BAZEL-TARGET" },
      });
    });

    it("tells why, all ways, and that there is none", async () => {
      expect((await cli(0, "why", "//lib:t", "//lib:g.cc")).stdout).toBe(
        "//lib:t  sh_test\n  //lib:user  cc_library\n    //lib:größe  cc_library\n      //lib:g.cc  file\n",
      );
      expect((await cli(0, "why", "--all", "//gen/...", "//gen:in")).stdout.split("\n")).toHaveLength(7);
      expect((await cli(1, "why", "//lib:größe", "//lib:t", "--json")).json()).toMatchObject({
        path: null,
        reverse: [{ label: "//lib:t" }, { label: "//lib:user" }, { label: "//lib:größe" }],
      });
      expect((await cli(1, "why", "//lib:t", "//gen:same")).stderr).toContain("does not depend on");
    });

    it("shows the rest where a BUILD file is broken", async () => {
      await at.write({ "broken/BUILD": 'filegroup(name = "x"\n' });
      const { stdout, stderr } = await cli(0, "graph", "//gen/...");
      expect(stdout).toContain("//gen:after");
      expect(stderr).toContain("broken/BUILD:2:1: syntax error");
      const said = await cli(1, "affected", "--since", "HEAD");
      expect(said.stderr).toContain("targets may lack");
    });

    it("finds what a change of a source touches, and nothing for a comment", async () => {
      expect(await affected()).toEqual([]);
      await at.write({ "lib/g.cc": "int h;\n", "lib/BUILD": `# moved\n\n${files["lib/BUILD"]}` });
      expect(await affected()).toEqual(["//lib:größe", "//lib:t", "//lib:user"]);
      expect(await affected("--tests")).toEqual(["//lib:t"]);
      expect(await affected("--kind", "cc_*", "--why")).toEqual([
        "//lib:größe  cc_library  lib/g.cc changed",
        "//lib:user  cc_library  lib/g.cc changed by way of //lib:größe",
      ]);
      await at.write({ "lib/t.sh": "#!/bin/sh\ntrue\n" });
      expect(await affected("--tests")).toEqual(["//lib:t"]);
      expect(await left()).toEqual([]);
    });

    it("finds what .bzl files, globs, deletions and renames touch", async () => {
      await at.write({ "lib/defs.bzl": files["lib/defs.bzl"].replace('"2"', '"3"') });
      const { json } = await cli(0, "affected", "--since", "HEAD", "--json");
      expect(json()).toMatchObject({
        ...{ complete: true, compared: true, removed: ["//lib:tw2"] },
        targets: [{ label: "//lib:tw3", because: { what: "new" } }],
      });
      git("checkout", "-q", ".");
      await at.write({ "lib/c.md": "" });
      expect(await affected()).toEqual(["//lib:tw1", "//lib:tw2"]);
      await rm(path.join(at.path, "lib/c.md"));
      git("mv", "lib/a.md", "lib/elsewhere");
      expect(await affected()).toEqual(["//lib:tw1", "//lib:tw2"]);
      git("reset", "-q", "--hard");
      await at.write({ "MODULE.bazel": "# the root\n\n# another comment\n" });
      expect(await affected()).toEqual([]);
      await at.write({ ".bazelversion": "7.7.1\n" });
      expect(await affected("--kind", "genrule")).toEqual(["//gen:after", "//gen:random", "//gen:same"]);
      expect(git("worktree", "list").toString().trim().split("\n")).toHaveLength(1);
    });

    it("names the action that does not make the same twice, and cleans up", async () => {
      const same = await cli(0, "reproduce", "//gen:same", "--json", "--", "-c", "opt");
      expect(same.json()).toMatchObject({
        ...{ targets: ["//gen:same"], reproducible: true, actions: 1, different: [] },
      });
      expect((await cli(1, "reproduce", "//gen:after", "--json")).json()).toMatchObject({
        ...{ reproducible: false, actions: 2, followers: 1 },
        different: [
          {
            ...{ mnemonic: "Genrule", label: "//gen:random", what: "outputs" },
            outputs: [{ hint: "the same lines in another order", diff: expect.stringContaining("line ") }],
          },
        ],
      });
      expect(await left()).toEqual([]);
      expect((await readdir(at.path)).filter((name) => name.startsWith("bazel-"))).toEqual([]);
      const failed = await cli(1, "reproduce", "//cycle:p", "--json");
      expect(failed.json()).toMatchObject({
        error: { code: "SYG-BAZEL", message: expect.stringContaining("cycle") },
      });
    });

    it("leaves nothing behind when a build for reproduce is cancelled", async () => {
      // Beside Bazel, as in a dev container: a signal does not go through a container's wall by itself.
      const [node, started] = ["node", "started"].map((name) => path.join(bazel.folder, name));
      await cp(process.execPath, node ?? "");
      await cp(inRepository("dist"), path.join(bazel.folder, "dist"), { recursive: true });
      await at.write({ "slow/BUILD": genrule("slow", "local = True", `touch ${started}; sleep 1000`) });
      const cache = path.join(bazel.folder, "inside");
      const argv = ["env", `XDG_CACHE_HOME=${cache}`, node ?? "", `${bazel.folder}/dist/cli.cjs`];
      const script = `"$@" & until [ -e ${started} ]; do sleep 0.1; done; kill -TERM $!; wait $!`;
      const command = ["sh", "-c", script, "sh", ...argv, "bazel", "reproduce", "//slow"];
      const { exitCode, stderr } = await bazel.exec(command, at.path);
      expect([exitCode, stderr.trim().split("\n").at(-1)]).toEqual([130, "cancelled"]);
      expect(await readdir(path.join(cache, "sygaldry/bazel_scratch"))).toEqual([]);
      const all = 'for each in /proc/[0-9]*; do tr "\\0" " " < "$each/cmdline"; echo; done 2>/dev/null';
      const { stdout } = await bazel.exec(["sh", "-c", all]);
      expect(stdout.split("\n").filter((line) => /bazel_scratch|sleep 1000/.test(line))).toEqual([]);
    });

    it("takes a BUILD file of 100,000 lines, and a chain as long as that allows", async () => {
      const link = (number: number) => `filegroup(
    name = "t${number}",
    srcs = ["${number === 0 ? "x" : `:t${number - 1}`}"],
)

`;
      await at.write({ "long/BUILD": Array.from({ length: 20_000 }, (_, number) => link(number)).join("") });
      const { stdout } = await cli(0, "why", "//long:t19999", "//long:x", "--all");
      expect(stdout.trimEnd().split("\n").at(-1)).toContain("[and deeper]");
      expect((await cli(0, "why", "//long:t19999", "//long:x")).stdout.trim().split("\n")).toHaveLength(
        20_001,
      );
      expect(await affected("--kind", "filegroup")).toHaveLength(20_000);
    });

    it("finds by a changed spack.lock what is built with the packages that changed", async () => {
      const lock = await readFile(spackFixture("demo/spack.lock"), "utf8");
      const user = (name: string) =>
        `cc_binary(name = "${name}", srcs = ["main.cc"], deps = ["@spack//:demo-${name}"])\n`;
      await at.write({
        "locked/MODULE.bazel": `${rulesModule}spack.environment(lock = "//:spack.lock")\nuse_repo(spack, "spack")\n`,
        "locked/spack.lock": lock,
        "locked/main.cc": "int main() {}\n",
        "locked/BUILD.bazel": `${user("base")}${user("math")}filegroup(name = "none")\n`,
        "locked/.bazelrc": await readFile(path.join(at.path, ".bazelrc"), "utf8"),
      });
      git("add", "-A");
      git("commit", "-qm", "locked");
      const nodes = [...fixtureLock("demo").lock.nodes.values()];
      const hash = nodes.find(({ name }) => name === "demo-math")?.hash ?? "";
      await at.write({ "locked/spack.lock": lock.replaceAll(hash, `${hash.slice(0, -4)}zzzz`) });
      const cwd = path.join(at.path, "locked");
      const { stdout } = await cliIn(cwd, 0, "affected", "--since", "HEAD", "--why");
      expect(stdout).toMatch(/^\/\/:math {2}cc_binary {2}@@\S*spack\/\/:demo-math\S* has changed.*\n$/);
    });
  },
);

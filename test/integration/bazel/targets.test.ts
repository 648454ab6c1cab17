import { cp } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Bazel, type BazelWorkspace, startBazel } from "../../support/bazel.ts";
import { inRepository } from "../../support/paths.ts";
import { requires } from "../../support/requirements.ts";

interface Listing {
  readonly complete: boolean;
  readonly bazel: object | null;
  readonly packages: readonly {
    readonly label: string;
    readonly targets: readonly { readonly label: string; readonly kind: string; readonly certain: boolean }[];
    readonly unread: readonly object[];
  }[];
  readonly problems: readonly { readonly file: string | null; readonly line: number | null }[];
}

const visibility = 'package(default_visibility = ["//visibility:public"])\n';
const plain = {
  "MODULE.bazel": "",
  "BUILD.bazel": `${visibility}filegroup(name = "größe", srcs = ["BUILD.bazel"])\nexports_files(["x"])\n`,
  "lib/BUILD": `LIB = "core"
cc_library(
    name = LIB + "_a",
    hdrs = glob(["*.h"], allow_empty = True),
)
alias(name = "al", actual = ":core_a"); test_suite(name = "tests")
config_setting(name = 'opt', values = {"compilation_mode": "opt"})
package_group(name = "friends", packages = ["//..."])
`,
  "lib/deep/er/BUILD.bazel": 'genrule(name = "gen", outs = ["o.txt"], cmd = "echo \\"(\\" > $@")\n',
  "node_modules/m/BUILD": 'filegroup(name = "m")\n',
  ".bazelignore": "node_modules\n",
};

const nasty = {
  ...plain,
  "macros/defs.bzl": `def twins(name):
    for part in ["1", "2"]:
        native.filegroup(name = name + part)
`,
  "macros/BUILD": `load(":defs.bzl", "twins")
twins(name = "tw")
[filegroup(name = "n%d" % i) for i in range(2)]
`,
  "broken/BUILD": 'filegroup(name = "ok")\nfilegroup(name = "cut"\n',
  "fails/BUILD": 'filegroup(name = "before")\nfail("no")\nfilegroup(name = "after")\n',
};

requires("linux", "bazel")("sygaldry bazel targets with a real Bazel (integration)", () => {
  let bazel: Bazel;
  let whole: BazelWorkspace;
  let node: string;

  beforeAll(async () => {
    bazel = await startBazel();
    // Into the container's folder: the command runs beside Bazel, as it does in a dev container.
    node = path.join(bazel.folder, "node");
    await cp(process.execPath, node);
    await cp(inRepository("dist"), path.join(bazel.folder, "dist"), { recursive: true });
    whole = await bazel.workspace("plain", plain);
  });
  afterAll(async () => bazel?.[Symbol.asyncDispose]());

  const cli = (...args: readonly string[]) => [
    ...[
      "env",
      `XDG_CACHE_HOME=${bazel.folder}/cache`,
      node,
      `${bazel.folder}/dist/cli.cjs`,
      "bazel",
      "targets",
    ],
    ...args,
  ];
  const list = async (cwd: string, ...args: readonly string[]): Promise<Listing> => {
    const { stdout, stderr, exitCode } = await bazel.exec(cli("--json", ...args), cwd);
    expect(exitCode, stderr).toBe(0);
    return JSON.parse(stdout) as Listing;
  };
  const named = ({ packages }: Listing) =>
    packages.flatMap(({ targets }) =>
      targets.map(({ label, kind, certain }) => `${label} ${kind}${certain ? "" : "?"}`),
    );

  it("shows the same targets from the files and from Bazel", async () => {
    const scanned = await list(whole.path, "--scan");
    const queried = await list(whole.path);
    expect(named(scanned)).toEqual([
      "//:größe filegroup",
      ...["//lib:core_a cc_library", "//lib:al alias", "//lib:tests test_suite", "//lib:opt config_setting"],
      "//lib/deep/er:gen genrule",
    ]);
    expect(queried.packages).toEqual(scanned.packages);
    expect([scanned.complete, scanned.bazel]).toEqual([true, null]);
    expect(queried).toMatchObject({ complete: true, problems: [], bazel: { program: "bazel" } });
    expect((await bazel.exec(["ls", "-A"], whole.path)).stdout).not.toContain("MODULE.bazel.lock");
  });

  it("takes patterns from where it stands, and kinds", async () => {
    const lib = path.join(whole.path, "lib");
    expect(named(await list(lib, ":al"))).toEqual(["//lib:al alias"]);
    expect(named(await list(lib, "...", "--kind", "gen*"))).toEqual(["//lib/deep/er:gen genrule"]);
    expect(named(await list(lib, "deep/er:all"))).toEqual(["//lib/deep/er:gen genrule"]);
    expect(named(await list(lib, "//"))).toEqual(["//:größe filegroup"]);
    for (const pattern of [":none", "//lib", "//nowhere:all", "//nowhere/..."]) {
      const { exitCode, stdout } = await bazel.exec(cli("--json", pattern), lib);
      expect([exitCode, JSON.parse(stdout)]).toMatchObject([1, { error: { code: "SYG-BAZEL-TARGET" } }]);
    }
  });

  it("replaces guesses, and says what Bazel could not read", async () => {
    const at = await bazel.workspace("nasty", nasty);
    const queried = await list(at.path);
    const others = (names: readonly string[]) => names.filter((name) => !/^\/\/(lib|:)/.test(name));
    expect(others(named(queried))).toEqual([
      ...["//broken:ok filegroup?", "//broken:cut filegroup?"],
      ...["//fails:before filegroup", "//fails:after filegroup?"],
      ...[
        "//macros:tw1 filegroup",
        "//macros:tw2 filegroup",
        "//macros:n0 filegroup",
        "//macros:n1 filegroup",
      ],
    ]);
    expect(queried.complete).toBe(false);
    expect(queried.problems.map(({ file, line }) => `${file}:${line}`)).toEqual([
      "broken/BUILD:3",
      "fails/BUILD:2",
    ]);
    const scanned = await list(at.path, "--scan");
    expect(scanned.complete).toBe(false);
    expect(named(scanned)).toContain("//macros:tw twins?");
  });

  it("answers while a build holds Bazel, and leaves the build alone", async () => {
    const [started, go] = ["started", "go"].map((name) => path.join(bazel.folder, name));
    const cmd = `touch ${started}; until [ -e ${go} ]; do sleep 0.1; done; touch $@`;
    const at = await bazel.workspace("busy", {
      "MODULE.bazel": "",
      "BUILD.bazel": `genrule(name = "slow", outs = ["o"], local = True, cmd = ${JSON.stringify(cmd)})\n`,
    });
    const build = at.bazel("build", "//:slow");
    await bazel.exec(["sh", "-c", `until [ -e ${started} ]; do sleep 0.1; done`]);
    expect(named(await list(at.path))).toEqual(["//:slow genrule"]);
    await bazel.exec(["touch", go ?? ""]);
    const { exitCode, stderr } = await build;
    expect(exitCode, stderr).toBe(0);
  });

  it("leaves nothing behind when it is cancelled", async () => {
    const started = path.join(bazel.folder, "fetching");
    const at = await bazel.workspace("hangs", {
      "MODULE.bazel": 'slow = use_repo_rule("//:slow.bzl", "slow")\nslow(name = "slow")\n',
      "slow.bzl": `def _slow(ctx):
    ctx.execute(["touch", "${started}"])
    ctx.execute(["sleep", "1000"])
slow = repository_rule(implementation = _slow)
`,
      "BUILD.bazel": 'load("@slow//:x.bzl", "x")\n',
    });
    const script = `"$@" & until [ -e ${started} ]; do sleep 0.1; done; kill -TERM $!; wait $!`;
    const { exitCode, stderr } = await bazel.exec(["sh", "-c", script, "sh", ...cli()], at.path);
    expect([exitCode, stderr.trim()]).toEqual([130, "cancelled"]);
    const left = 'for each in /proc/[0-9]*; do tr "\\0" " " < "$each/cmdline"; echo; done 2>/dev/null';
    const { stdout } = await bazel.exec(["sh", "-c", left]);
    expect(stdout.split("\n").filter((line) => /bazel_query\/hangs|sleep 1000/.test(line))).toEqual([]);
  });

  it("says that there is no Bazel", async () => {
    const withoutBazel = ["/usr/bin/env", "PATH=/nowhere", node, `${bazel.folder}/dist/cli.cjs`];
    const { exitCode, stdout } = await bazel.exec(
      [...withoutBazel, "bazel", "targets", "--json"],
      whole.path,
    );
    expect([exitCode, JSON.parse(stdout)]).toMatchObject([3, { error: { code: "SYG-TOOL-MISSING" } }]);
  });
});

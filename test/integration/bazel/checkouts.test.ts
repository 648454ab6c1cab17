import { execFileSync } from "node:child_process";
import { readdir } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { ownModules } from "../../support/bazel.ts";
import { writeRegistry } from "../../support/bazel-registry.ts";
import { sygaldry } from "../../support/cli.ts";
import { bazelImage, buildImage, removeOwn, runInImage } from "../../support/docker.ts";
import { requires } from "../../support/requirements.ts";
import { removeContainersOf, slim } from "../../support/slim-project.ts";
import { createWorkspace, type Workspace } from "../../support/workspace.ts";

/** Takes part in a meeting of both checkouts: it ends when the other has begun. */
const meet = [
  "d=/opt/bazel_cache/meet; mkdir -p $$d; touch $$d/$$(cat $<)",
  "for i in $$(seq 600); do [ $$(ls $$d | wc -l) = 2 ] && touch $@ && exit; sleep 0.1; done; exit 1",
].join("; ");

const files = {
  "MODULE.bazel": "",
  ".bazelrc": "common --registry=file:///workspace/registry --noenable_workspace\n",
  ".bazelignore": "registry\n",
  ".gitignore": "who\n.devcontainer\nMODULE.bazel.lock\n",
  who: "one\n",
  "BUILD.bazel": `[genrule(name = "g%d" % i, outs = ["o%d" % i], cmd = "echo %d > $@" % i) for i in range(4)]
genrule(name = "meet", srcs = ["who"], outs = ["met"], local = True, cmd = ${JSON.stringify(meet)})
filegroup(name = "all_of_them", srcs = [":meet"] + [":g%d" % i for i in range(4)])
`,
};

requires(
  "linux",
  "bazel",
  "docker",
)("two checkouts of one project with a real Bazel (integration)", () => {
  let workspace: Workspace;
  let checkouts: readonly [one: string, two: string];

  const call = (cwd: string, ...args: readonly string[]) =>
    sygaldry(args, { cwd, env: { SYGALDRY_CONTAINER_ROOT: workspace.storage, HOME: workspace.home } });
  const done = async (cwd: string, ...args: readonly string[]) => {
    const result = await call(cwd, ...args);
    expect(result.exitCode, result.stderr).toBe(0);
    return result;
  };
  const bazel = async (cwd: string, ...args: readonly string[]) => {
    const { stdout, stderr } = await done(cwd, "exec", "--", "bazel", ...args);
    return `${stdout}${stderr}`;
  };
  const server = async (cwd: string) => /\d+/.exec(await bazel(cwd, "info", "server_pid"))?.[0];

  beforeAll(async () => {
    // The distribution's lists of packages are as old as the image.
    const lists = `RUN echo 'Acquire::Check-Valid-Until "false";' > /etc/apt/apt.conf.d/99lists`;
    const { tag } = await buildImage({ dockerfile: `FROM ${bazelImage}\n${lists}\n` });
    workspace = await createWorkspace({
      config: (id) => JSON.stringify({ ...slim, project: { id }, image: { base: tag } }),
      files,
    });
    const registry = path.join(workspace.path, "registry");
    await writeRegistry(registry, (await runInImage(bazelImage, ownModules)).stdout, "/workspace/registry");
    checkouts = [workspace.path, `${workspace.path}-two`];
    const git = (...args: readonly string[]) =>
      execFileSync("git", ["-c", "user.name=a", "-c", "user.email=a@b", ...args], {
        cwd: workspace.path,
        stdio: "pipe",
      });
    git("init", "-q");
    git("add", "-A");
    git("commit", "-qm", "one");
    git("clone", "-q", ".", checkouts[1]);
    await done(checkouts[0], "up");
    await done(checkouts[1], "up");
    await done(checkouts[1], "exec", "--", "sh", "-c", "echo two > who");
  });
  afterAll(async () => {
    for (const checkout of checkouts ?? []) await removeContainersOf(checkout);
    await workspace?.dispose();
    removeOwn();
  });

  it("build at the same time, share the disk cache, and leave each other's server alone", async () => {
    const [one, two] = checkouts;
    await bazel(one, "build", "//:g0", "//:g1");
    const servers = [await server(one), await server(two)];
    const [first, second] = await Promise.all([
      bazel(one, "build", "//:all_of_them"),
      bazel(two, "build", "//:all_of_them"),
    ]);
    for (const said of [first, second]) expect(said).toContain("Build completed successfully");
    // What one had built before; what both built at once may come from either.
    expect(Number(/(\d+) disk cache hit/.exec(second)?.[1])).toBeGreaterThanOrEqual(2);
    expect([await server(one), await server(two)]).toEqual(servers);
    expect(await readdir(path.join(workspace.storage, workspace.projectId, "bazel_output"))).toHaveLength(2);
  });

  it("are asked from the host, each in its own container", async () => {
    const [one] = checkouts;
    const { packages } = (await done(one, "bazel", "targets", "--json")).json() as {
      packages: { file: string; targets: { label: string }[] }[];
    };
    expect(packages.map(({ file, targets }) => [file, targets.length])).toEqual([["BUILD.bazel", 6]]);
    expect((await done(one, "bazel", "why", ":all_of_them", ":g3")).stdout).toContain("//:g3  genrule");
    await workspace.write({ "BUILD.bazel": files["BUILD.bazel"].replace("echo %d", "printf %d") });
    expect((await done(one, "bazel", "affected", "--since", "HEAD")).stdout.trim().split("\n")).toEqual([
      ...["//:all_of_them", "//:g0", "//:g1", "//:g2", "//:g3"],
    ]);
    expect((await done(one, "bazel", "reproduce", "//:g0", "--json")).json()).toMatchObject({
      ...{ reproducible: true, actions: 1 },
    });
  });
});

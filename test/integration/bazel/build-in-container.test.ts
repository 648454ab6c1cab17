import { chmod, mkdir, readdir } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { labels } from "../../../extension/core/container/fingerprint.ts";
import { checkoutKey } from "../../../extension/core/project/identity.ts";
import { type Bazel, startBazel } from "../../support/bazel.ts";
import { eventsPrograms, eventsWorkspace } from "../../support/bazel-events.ts";
import { startSygaldry, sygaldry } from "../../support/cli.ts";
import { bazelImage, docker, startContainer } from "../../support/docker.ts";
import { requires } from "../../support/requirements.ts";

requires("linux", "bazel")("sygaldry bazel build from the host, Bazel in the container (integration)", () => {
  let bazel: Bazel;
  let root: string;
  let storage: string;
  let container: string;
  let env: Readonly<Record<string, string>>;

  beforeAll(async () => {
    bazel = await startBazel();
    storage = path.join(bazel.folder, "storage");
    env = {
      SYGALDRY_CONTAINER_ROOT: storage,
      XDG_CACHE_HOME: path.join(bazel.folder, "cache"),
      NO_COLOR: "1",
    };
    const files = { ...eventsWorkspace, "sygaldry.yaml": "project:\n  id: site\n" };
    const workspace = await bazel.workspace("site", files);
    root = workspace.path;
    for (const name of eventsPrograms) await chmod(path.join(root, name), 0o755);
    const rc = `startup --output_user_root=/opt/bazel_output\ncommon --registry=file://${bazel.folder}/registry --noenable_workspace\n`;
    await workspace.write({ ".bazelrc": rc });
    const output = path.join(storage, "site/bazel_output", await checkoutKey(root));
    const mounts = {
      ...{ [root]: "/workspace", [bazel.folder]: bazel.folder, [output]: "/opt/bazel_output" },
      [path.join(storage, "site/logs")]: "/opt/sygaldry/logs",
    };
    for (const source of Object.keys(mounts)) await mkdir(source, { recursive: true });
    const named = {
      ...{ "devcontainer.local_folder": root, [labels.workspace]: "/workspace", [labels.user]: "root" },
      "devcontainer.config_file": `${root}/.devcontainer/devcontainer.json`,
    };
    container = await startContainer(bazelImage, ["sleep", "infinity"], {
      args: [
        "--network=none",
        ...Object.entries(mounts).flatMap(([from, to]) => ["-v", `${from}:${to}`]),
        ...Object.entries(named).flatMap(([name, value]) => ["--label", `${name}=${value}`]),
      ],
    });
  });
  afterAll(async () => {
    await docker(["rm", "-f", container]);
    await bazel[Symbol.asyncDispose]();
  });

  const run = (...args: readonly string[]) =>
    sygaldry(["bazel", ...args], { cwd: path.join(root, "lib"), env });
  const server = async () => (await run("info", "server.pid")).stdout.trim();

  it("reads events, the output of failed actions and logs where the host has them", async () => {
    const { exitCode, stderr, json } = await run("test", "-k", ":bad", "//tests:fail", "--json");
    expect(exitCode, stderr).toBe(1);
    const log = path.join(storage, "site/bazel_output", await checkoutKey(root));
    expect(json()).toMatchObject({
      ...{ complete: true, root, exit: { name: "BUILD_FAILURE" } },
      failures: [{ label: "//lib:bad", problems: [{ file: "lib/bad.cc", line: 5 }, {}, {}] }],
      tests: [{ label: "//tests:fail", attempts: [{ log: expect.stringContaining(log) }] }],
      profile: expect.stringContaining(path.join(storage, "site/logs/bazel/")),
    });
    const [folder = ""] = await readdir(path.join(storage, "site/logs/bazel"));
    expect(await readdir(path.join(storage, "site/logs/bazel", folder))).toEqual(["profile.gz"]);
    expect((await run("profile", "--json")).json()).toMatchObject({ complete: true });
  });

  it("runs the program there", async () => {
    const { exitCode, stdout } = await run("run", ":hello", "--", "a b", "9");
    expect([exitCode, stdout]).toEqual([9, "argument a b\nargument 9\n"]);
  });

  it("interrupts a build there, and leaves the server that it has started", async () => {
    await docker(["exec", "-w", "/workspace", container, "bazel", "shutdown"]);
    expect(await server()).toBe("");
    await using build = startSygaldry(["bazel", "build", "-v", "//slow"], { cwd: root, env });
    await build.seen(/Executing genrule \/\/slow:slow/);
    build.signal("SIGINT");
    expect(await build.ended).toMatchObject({ exitCode: 130 });
    expect(await server()).not.toBe("");
    const { stdout } = await docker(["top", container, "-o", "pid,args"]);
    expect(stdout).not.toContain("sleep 1000");
  });
});

import { chmod, readFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { z } from "zod";
import { processRunner, runChecked } from "../../../extension/core/base/process.ts";
import { executablesOnPath } from "../../../extension/core/project/host/executables.ts";
import { docker, removeOwn } from "../../support/docker.ts";
import { inRepository } from "../../support/paths.ts";
import { requires } from "../../support/requirements.ts";
import { testName } from "../../support/run-id.ts";
import { createSlimProject, removeContainersOf, type SlimProject, slim } from "../../support/slim-project.ts";

const upResult = z.object({
  outcome: z.literal("success"),
  containerId: z.string(),
  remoteUser: z.string(),
  remoteWorkspaceFolder: z.string(),
});

requires("linux", "base")("the stock devcontainers CLI (integration)", () => {
  let project: SlimProject;

  beforeAll(async () => {
    project = await createSlimProject({
      config: { ...slim, env: { GREETING: "hello" }, lifecycle: { postCreate: "touch ~/created" } },
    });
  });
  afterAll(async () => {
    await project[Symbol.asyncDispose]();
    removeOwn();
  });

  function devcontainer(args: readonly string[], PATH = process.env["PATH"]) {
    const { path: cwd, home } = project.workspace;
    const script = inRepository("node_modules", "@devcontainers", "cli", "devcontainer.js");
    const env = { ...process.env, HOME: home, TMPDIR: home, PATH };
    const [verb = "", ...rest] = args;
    const argv = [script, verb, "--workspace-folder", cwd, ...rest];
    return runChecked(processRunner, { command: process.execPath, args: argv, cwd, env });
  }
  const stockUp = async () => upResult.parse(JSON.parse((await devcontainer(["up"])).stdout));

  async function containers(): Promise<string[]> {
    const label = `label=devcontainer.local_folder=${project.workspace.path}`;
    const { stdout } = await docker(["ps", "-aq", "--no-trunc", "--filter", label]);
    return stdout.split("\n").filter(Boolean);
  }

  it("uses the container that sygaldry made", async () => {
    const { containerId } = await project.up();
    expect(await stockUp()).toMatchObject({
      ...{ containerId, remoteUser: "kvothe", remoteWorkspaceFolder: "/workspace" },
    });
    expect(await containers()).toEqual([containerId]);
    const { stdout } = await devcontainer(["exec", "sh", "-c", "whoami; pwd; echo $GREETING; ls ~/created"]);
    expect(stdout).toBe("kvothe\n/workspace\nhello\n/home/kvothe/created\n");
    await docker(["stop", "-t", "0", containerId]);
    expect(await stockUp()).toMatchObject({ containerId });
    expect(await project.up()).toMatchObject({ action: "nothing", containerId });
  });

  it("makes the container that sygaldry then uses", async () => {
    await removeContainersOf(project.workspace.path);
    const { containerId } = await stockUp();
    expect(await project.up()).toMatchObject({ action: "nothing", containerId });
    expect(await containers()).toEqual([containerId]);
    expect(await project.inside("whoami; pwd; echo $GREETING")).toBe("kvothe\n/workspace\nhello");
    const { stdout } = await devcontainer(["exec", "sh", "-c", "whoami; touch made && stat -c %u made"]);
    expect(stdout).toBe(`kvothe\n${process.getuid?.()}\n`);
  });

  it("finds what sygaldry made anew", async () => {
    await project.configure({ ...slim, env: { GREETING: "goodbye" } });
    const changed = await project.up();
    expect(changed).toMatchObject({
      action: "recreate",
      reason: "env.GREETING changed, lifecycle.postCreate is gone",
    });
    expect(await containers()).toEqual([changed.containerId]);
    expect(await stockUp()).toMatchObject({ containerId: changed.containerId });
  });

  it("builds what sygaldry rendered, also where a later docker on PATH has the better builder", async () => {
    const { home, path: root } = project.workspace;
    const [real = "docker"] = await executablesOnPath(["docker"], process.env);
    const legacy = `case "$1" in buildx) exit 1;; --version | -v) echo 'Docker version 28.0.0, build 0'; exit;; esac`;
    const buildx = `case "$*" in 'buildx version') echo 'github.com/docker/buildx v0.13'; exit;; esac`;
    await project.workspace.write({
      "../home/legacy/docker": `#!/bin/sh\n${legacy}\nDOCKER_BUILDKIT=0 exec ${real} "$@"\n`,
      "../home/buildx/docker": `#!/bin/sh\n${buildx}\nexec ${real} "$@"\n`,
    });
    const clients = ["legacy", "buildx"].map((name) => path.join(home, name));
    for (const client of clients) await chmod(path.join(client, "docker"), 0o755);
    const rendered = async (...first: readonly string[]) => {
      const PATH = [...first, process.env["PATH"]].join(":");
      const { exitCode, stderr } = await project.run(["render"], { PATH });
      expect(exitCode, stderr).toBe(0);
      return { PATH, dockerfile: await readFile(path.join(root, ".devcontainer/Dockerfile"), "utf8") };
    };
    expect((await rendered(...clients.toReversed())).dockerfile).toContain("--mount=type=cache");
    const { PATH, dockerfile } = await rendered(...clients);
    expect(dockerfile).not.toContain("--mount=type=cache");
    const image = testName("image");
    const { stdout } = await devcontainer(["build", "--image-name", image], PATH);
    expect(JSON.parse(stdout)).toMatchObject({ outcome: "success", imageName: [image] });
  });
});

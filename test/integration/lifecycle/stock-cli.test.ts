import { afterAll, beforeAll, expect, it } from "vitest";
import { z } from "zod";
import { processRunner, runChecked } from "../../../extension/core/base/process.ts";
import { docker, removeOwn } from "../../support/docker.ts";
import { inRepository } from "../../support/paths.ts";
import { requires } from "../../support/requirements.ts";
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

  function devcontainer(args: readonly string[]) {
    const { path: cwd, home } = project.workspace;
    const script = inRepository("node_modules", "@devcontainers", "cli", "devcontainer.js");
    const env = { ...process.env, HOME: home, TMPDIR: home };
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
});

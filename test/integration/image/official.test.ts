import { afterAll, beforeAll, expect, it } from "vitest";
import { sygaldry } from "../../support/cli.ts";
import { removeOwn } from "../../support/docker.ts";
import { requires } from "../../support/requirements.ts";
import { createWorkspace, type Workspace } from "../../support/workspace.ts";

/** The default configuration: ubuntu:24.04 and every tool from its official download. */
requires("docker", "ubuntu")("the default configuration", () => {
  let workspace: Workspace;
  const run = (...argv: string[]) =>
    sygaldry(["exec", "--", ...argv], {
      cwd: workspace.path,
      env: { SYGALDRY_CONTAINER_ROOT: workspace.storage },
    });

  beforeAll(async () => {
    workspace = await createWorkspace({ config: (id) => `project: {id: ${id}}\n` });
    const { exitCode, stderr } = await sygaldry(["up"], {
      cwd: workspace.path,
      env: { SYGALDRY_CONTAINER_ROOT: workspace.storage },
    });
    expect(exitCode, stderr).toBe(0);
  });
  afterAll(async () => {
    await sygaldry(["down", "--remove"], { cwd: workspace.path });
    removeOwn();
    await workspace.dispose();
  });

  it.each([
    [["python3", "--version"], /^Python 3\.13\./],
    [["rustc", "--version"], /^rustc 1\.79\.0/],
    [["go", "version"], /^go version go1\.21\.5 /],
    [["bazel", "--version"], /^bazel 6\.4\.0/],
    [["uv", "--version"], /^uv 0\.13\.0/],
    [["bash", "-lc", "spack --version"], /^1\.1\.0/],
    [["bash", "-lc", "spack spec zlib"], /zlib@/],
    [["sygaldry", "--version"], /^\d+\.\d+\.\d+/],
  ])("has %j", async (argv, expected) => {
    expect((await run(...argv)).stdout).toMatch(expected);
  });
});

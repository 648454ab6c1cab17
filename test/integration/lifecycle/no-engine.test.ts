import { mkdir, readFile, symlink } from "node:fs/promises";
import path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { executablesOnPath } from "../../../extension/core/project/host/executables.ts";
import { type SygaldryOptions, type SygaldryResult, sygaldry } from "../../support/cli.ts";
import { removeOwn } from "../../support/docker.ts";
import { requires } from "../../support/requirements.ts";
import { createSlimProject, type SlimProject, slim } from "../../support/slim-project.ts";
import { createWorkspace, type Workspace } from "../../support/workspace.ts";

const unreachable = { DOCKER_HOST: "unix:///nonexistent.sock", DOCKER_CONTEXT: undefined };

function expectError(result: SygaldryResult, code: string, exitCode: number, next: RegExp): void {
  expect(result.exitCode, result.stdout + result.stderr).toBe(exitCode);
  expect(result.stderr).toContain(`error[${code}]: `);
  expect(result.stderr).toMatch(/^next: \S/m);
  expect(result.stderr).not.toMatch(/^\s+at /m);
  expect(result.json()).toMatchObject({ error: { code, next: expect.stringMatching(next) } });
}

/** What needs no engine works all the same, and says what is not known. */
async function expectRestWorks(project: SlimProject, problem: RegExp): Promise<void> {
  const run = async (...args: readonly string[]) => {
    const result = await project.run(args);
    expect(result.exitCode, result.stdout + result.stderr).toBe(0);
    return result;
  };
  expect((await run("status")).stdout).toMatch(/^up would +fail: no engine$/m);
  expect((await run("status", "--json")).json()).toMatchObject({
    projectId: project.workspace.projectId,
    engineProblem: expect.stringMatching(problem),
  });
  expect((await run("render", "--json")).json()).toMatchObject({ mode: "host" });
  await run("render", "--check");
  expect((await run("config", "--json")).json()).toMatchObject({ config: { image: slim.image } });
  expect((await run("config", "--explain")).stdout).toMatch(
    /^image\.base +"sygaldry-test-base" .*sygaldry\.yaml:1:\d+$/m,
  );
  expect((await run("host", "--json")).stdout).toMatch(problem);
}

describe("where no engine answers (integration)", () => {
  it.each(["up", "build", "down", "logs", "exec -- true", "shell", "launch -- true"])(
    "`sygaldry %s` says how to start one",
    async (line) => {
      await using project = await createSlimProject({ config: slim, env: unreachable });
      const [command = "", ...rest] = line.split(" ");
      const result = await project.run([command, "--json", ...rest]);
      expectError(result, "SYG-ENGINE-MISSING", 3, /Start Docker/);
      expect(result.stderr).toContain("/nonexistent.sock");
    },
  );

  it("all works that needs none", async () => {
    await using project = await createSlimProject({ config: slim, env: unreachable });
    await expectRestWorks(project, /\/nonexistent\.sock/);
  });

  it("`sygaldry init --yes` writes what the repository then has", async () => {
    await using workspace = await createWorkspace({ files: { "go.mod": "module example.org/x\n" } });
    const result = await inWorkspace(workspace, ["init", "--yes", "--json"], unreachable);
    expect(result.exitCode, result.stderr).toBe(0);
    expect(await readFile(path.join(workspace.path, "sygaldry.yaml"), "utf8")).toMatch(/^\s+id: /m);
    const check = await inWorkspace(workspace, ["render", "--check"], unreachable);
    expect(check, check.stdout).toMatchObject({ exitCode: 0 });
  });
});

requires(
  "linux",
  "root",
  "setpriv",
  "docker",
)("for a user outside of the docker group (integration)", () => {
  const outsider = { uid: 4321, gid: 4321, groups: [] };

  it.each(["up", "build", "down", "exec -- true"])("`sygaldry %s` says how to get in", async (line) => {
    await using project = await createSlimProject({ config: slim, owner: outsider });
    const [command = "", ...rest] = line.split(" ");
    const result = await project.run([command, "--json", ...rest]);
    expectError(result, "SYG-ENGINE-PERMISSION", 3, /docker group.*rootless/);
  });

  it("all works that needs no engine", async () => {
    await using project = await createSlimProject({ config: slim, owner: outsider });
    await expectRestWorks(project, /may not talk to the container engine/);
  });
});

requires("linux", "base")("where there is an engine and no client (integration)", () => {
  afterAll(removeOwn);

  it("says which program is missing", async () => {
    await using project = await createSlimProject({ config: slim });
    const folder = path.join(project.workspace.home, "bin");
    await linkTools(folder);
    for (const command of ["up", "build"]) {
      const result = await project.run([command, "--json"], { PATH: folder });
      expectError(result, "SYG-TOOL-MISSING", 3, /docker/);
    }
    expect((await project.run(["status", "--json"], { PATH: folder })).json()).toMatchObject({
      action: "build",
    });
  });
});

/** A folder for PATH with what initialize.sh runs, without docker. */
async function linkTools(folder: string): Promise<void> {
  await mkdir(folder);
  const needed = ["sh", "awk", "cat", "cmp", "dirname", "grep", "head", "id", "mkdir", "mv", "rm", "sed"];
  for (const file of await executablesOnPath(needed, process.env)) {
    await symlink(file, path.join(folder, path.basename(file))).catch(() => {});
  }
}

function inWorkspace(workspace: Workspace, args: readonly string[], env: SygaldryOptions["env"]) {
  const own = { SYGALDRY_CONTAINER_ROOT: workspace.storage, HOME: workspace.home };
  return sygaldry(args, { cwd: workspace.path, env: { ...own, ...env } });
}

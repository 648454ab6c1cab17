import { readdir } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startSygaldry } from "../../support/cli.ts";
import { docker, removeOwn } from "../../support/docker.ts";
import { requires } from "../../support/requirements.ts";
import { createSlimProject, type SlimProject, slim } from "../../support/slim-project.ts";

requires("linux", "base")("sygaldry down and logs (integration)", () => {
  let project: SlimProject;

  beforeAll(async () => {
    const lifecycle = { postCreate: "echo made it >/proc/1/fd/1; echo and said so" };
    project = await createSlimProject({ config: { ...slim, lifecycle } });
  });
  afterAll(async () => {
    await project[Symbol.asyncDispose]();
    removeOwn();
  });

  async function states(): Promise<string[]> {
    const filter = `label=devcontainer.local_folder=${project.workspace.path}`;
    const format = "{{.ID}} {{.State}}";
    const { stdout } = await docker(["ps", "-a", "--no-trunc", "--format", format, "--filter", filter]);
    return stdout.split("\n").filter(Boolean);
  }

  it("say so when there is nothing yet", async () => {
    expect(await project.run(["down"])).toMatchObject({ exitCode: 0, stdout: "there is no container\n" });
    expect(await project.run(["logs"])).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining("error[SYG-NO-CONTAINER]"),
    });
    expect(await project.run(["logs", "--build"])).toMatchObject({
      exitCode: 1,
      stderr: expect.stringMatching(/nothing was built or started yet\nnext: .*sygaldry up/),
    });
  });

  it("logs prints what the container wrote, or its last lines", async () => {
    await project.up();
    const { stdout, exitCode } = await project.run(["logs"]);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^Container started\n(.*\n)*made it\n/);
    expect((await project.run(["logs", "-n", "1"])).stdout).toBe("made it\n");
    expect(await project.run(["logs", "-n", "some"])).toMatchObject({ exitCode: 2 });
  });

  it("logs --follow goes on until Ctrl-C", async () => {
    await using following = startSygaldry(["logs", "--follow", "-n", "0"], { cwd: project.workspace.path });
    const say = async () => {
      await project.inside("echo more | sudo tee /proc/1/fd/1");
      return following.output();
    };
    await expect.poll(say, { timeout: 60_000 }).toContain("more");
    following.signal("SIGINT");
    expect(await following.ended).toMatchObject({ exitCode: 130 });
  });

  it("logs --build prints the whole log of the last build", async () => {
    const { stdout, stderr } = await project.run(["logs", "--build"]);
    expect(stderr).toMatch(/\/logs\/up-\d{8}-\d{6}-\d+\.log\n$/);
    for (const part of ["apt-install.sh", "setup-system.sh", "and said so"]) expect(stdout).toContain(part);
  });

  it("down stops the container, which up starts again", async () => {
    const { containerId } = await project.up();
    const { stdout, exitCode, json } = await project.run(["down", "--json"]);
    expect(exitCode, stdout).toBe(0);
    expect(json()).toEqual({ containerId, stopped: true, removed: false, removedVolumes: [] });
    expect(await states()).toEqual([`${containerId} exited`]);
    expect((await project.run(["down"])).exitCode).toBe(0);
    expect(await project.up()).toMatchObject({ action: "start", containerId });
  });

  it("down --remove removes it, whatever its state, and never the storage", async () => {
    await project.inside("echo mine >~/kept && echo mine >/opt/bazel_output/kept");
    const { containerId } = await project.up();
    await docker(["pause", containerId]);
    const { stdout, exitCode, stderr } = await project.run(["down", "--remove", "--volumes"]);
    expect(exitCode, stderr).toBe(0);
    expect(stdout).toMatch(/^removed \S+\n$/);
    expect(await states()).toEqual([]);
    const { storage, projectId } = project.workspace;
    expect(await readdir(path.join(storage, projectId, "monorepo_home"))).toContain("kept");
    expect(await project.up()).toMatchObject({ action: "create" });
    expect(await project.inside("cat ~/kept /opt/bazel_output/kept")).toBe("mine\nmine");
  });

  it("down --remove --volumes removes the volumes of a portable configuration too", async () => {
    await project.configure({ ...slim, devcontainer: { mode: "portable" } });
    await project.up();
    const volumes = async () => {
      const format = '{{range .Mounts}}{{if eq .Type "volume"}}{{.Name}}\n{{end}}{{end}}';
      const [id = ""] = (await states()).map((line) => line.split(" ")[0] ?? "");
      const { stdout } = await docker(["inspect", "--format", format, id]);
      return stdout.split("\n").filter(Boolean);
    };
    const names = await volumes();
    expect(names).toHaveLength(1);
    await project.inside("echo mine >/opt/bazel_output/kept");
    await project.run(["down", "--remove"]);
    expect(await project.up()).toMatchObject({ action: "create" });
    expect(await project.inside("cat /opt/bazel_output/kept")).toBe("mine");
    const { json, exitCode, stderr } = await project.run(["down", "--remove", "--volumes", "--json"]);
    expect(exitCode, stderr).toBe(0);
    expect(json()).toMatchObject({ removed: true, removedVolumes: names });
    const { stdout } = await docker(["volume", "ls", "-q"]);
    expect(stdout.split("\n")).not.toContain(names[0]);
  });

  it("down --volumes alone is wrong usage", async () => {
    expect(await project.run(["down", "--volumes"])).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining("error[SYG-USAGE]"),
    });
  });
});

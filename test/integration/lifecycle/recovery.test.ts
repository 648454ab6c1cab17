import { mkdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { processRunner, runChecked } from "../../../extension/core/base/process.ts";
import type { SygaldryResult } from "../../support/cli.ts";
import { baseImage, docker, ownLabel, removeOwn } from "../../support/docker.ts";
import { requires } from "../../support/requirements.ts";
import { createSlimProject, type SlimProject, slim } from "../../support/slim-project.ts";

requires("linux", "base")("what up makes of a state that somebody else left (integration)", () => {
  let project: SlimProject;

  beforeAll(async () => {
    project = await createSlimProject({
      config: slim,
      files: { "fails.sh": "#!/bin/sh\necho mark\nexit 7\n" },
    });
    await project.up();
  });
  afterAll(async () => {
    await project[Symbol.asyncDispose]();
    removeOwn();
  });

  it("a container that is gone: made again from the image", async () => {
    const { containerId } = await project.up();
    await docker(["rm", "-f", containerId]);
    const made = await project.up();
    expect(made).toMatchObject({ action: "create", reason: "there is no container yet" });
    expect(await states(project)).toEqual([`${made.containerId} running`]);
  });

  it("a paused container: goes on, with what ran in it", async () => {
    const { containerId } = await project.up();
    await project.inside("sleep 4343 >/dev/null 2>&1 &");
    await docker(["pause", containerId]);
    expect(await project.up()).toMatchObject({ action: "start", reason: "it is paused", containerId });
    expect(await states(project)).toEqual([`${containerId} running`]);
    expect(await project.inside("pgrep -f 'sleep [4]343' | wc -l")).toBe("1");
    expect(await project.up()).toMatchObject({ action: "nothing", containerId });
  });

  it("a killed container: started again", async () => {
    const { containerId } = await project.up();
    await docker(["kill", containerId]);
    expect(await project.up()).toMatchObject({ action: "start", reason: "it is stopped", containerId });
    expect(await project.inside("whoami")).toBe("kvothe");
  });

  it("a container that was made and never started: made again", async () => {
    const { containerId } = await project.up();
    const { stdout } = await docker(["inspect", "--format", "{{json .Config.Labels}}", containerId]);
    await docker(["rm", "-f", containerId]);
    const labels = Object.entries(JSON.parse(stdout) as Record<string, string>);
    const copied = labels.flatMap(([name, value]) => ["--label", `${name}=${value}`]);
    const { stdout: half } = await docker(["create", ...copied, baseImage]);
    const made = await project.up();
    expect(made).toMatchObject({ action: "recreate", reason: "it was made but never started" });
    expect(made.containerId).not.toBe(half.trim());
    expect(await states(project)).toEqual([`${made.containerId} running`]);
  });

  it("image and container gone: built again", async () => {
    const { containerId } = await project.up();
    const name = `sygaldry/${project.workspace.projectId}:dev`;
    const { stdout: id } = await docker(["image", "inspect", "--format", "{{.Id}}", name]);
    await docker(["rm", "-f", containerId]);
    await docker(["rmi", "-f", id.trim()]);
    expect(await project.up()).toMatchObject({ action: "build", reason: "there is no image yet" });
    await docker(["image", "inspect", name]);
  });

  it("another configuration's container of the same folder: left alone", async () => {
    const { path: folder } = project.workspace;
    const other = [
      `devcontainer.local_folder=${folder}`,
      `devcontainer.config_file=${folder}/.devcontainer.json`,
    ];
    const args = [...ownLabel, ...other.flatMap((label) => ["--label", label])];
    const { stdout } = await docker(["run", "-d", ...args, baseImage, "sleep", "infinity"]);
    const { containerId } = await project.up();
    await docker(["rm", "-f", containerId]);
    const made = await project.up();
    expect((await states(project)).sort()).toEqual(
      [`${made.containerId} running`, `${stdout.trim()} running`].sort(),
    );
    await docker(["rm", "-f", stdout.trim()]);
    expect(await project.up()).toMatchObject({ action: "nothing", containerId: made.containerId });
  });

  it("an image that does not build: the container that runs stays, until one builds", async () => {
    const { containerId } = await project.up();
    await project.configure({ ...slim, image: { ...slim.image, setup: "fails.sh" } });
    const failed = await project.run(["up", "--json"]);
    expectError(failed, {
      code: "SYG-BUILD",
      exitCode: 1,
      message: /setup.*failed \(exit code 7\)\n(.*\n)*mark/,
    });
    expect(await states(project)).toEqual([`${containerId} running`]);
    expect(await project.inside("whoami")).toBe("kvothe");
    const status = await project.run(["status"]);
    expect(status.stdout).toMatch(/^up would +rebuild, because image\.setup is new$/m);
    await project.workspace.write({ "fails.sh": "#!/bin/sh\necho mended\n" });
    const made = await project.up();
    expect(made.action).toBe("rebuild");
    expect(await states(project)).toEqual([`${made.containerId} running`]);
  });

  it("a lifecycle command that failed: named, and the container made again", async () => {
    const failing = "echo mark; test -e /workspace/mended || exit 5";
    await project.configure({ ...slim, lifecycle: { postCreate: failing } });
    for (const _ of ["first", "second"]) {
      const failed = await project.run(["up", "--json"]);
      expectError(failed, {
        ...{ code: "SYG-UP", exitCode: 1, next: /Correct lifecycle\.postCreate in sygaldry\.yaml/ },
        message: /postCreateCommand failed with exit code 5\n(.*\n)*mark/,
      });
      expect(await states(project)).toEqual([expect.stringMatching(/ running$/)]);
    }
    await project.workspace.write({ mended: "" });
    const made = await project.up();
    expect(made).toMatchObject({
      action: "recreate",
      reason: "its first start has not come to its end",
    });
    expect(await states(project)).toEqual([`${made.containerId} running`]);
    expect(await project.up()).toMatchObject({ action: "nothing", containerId: made.containerId });
  });
});

requires("linux", "docker")("a base image that cannot be had (integration)", () => {
  afterAll(removeOwn);

  it("is named, with the way out", async () => {
    const base = "registry.invalid/no-such-image:1";
    await using project = await createSlimProject({ config: { ...slim, image: { base } } });
    for (const command of ["up", "build"]) {
      const failed = await project.run([command, "--json"]);
      expectError(failed, {
        code: "SYG-BASE-IMAGE",
        exitCode: 1,
        message: /registry\.invalid\/no-such-image:1/,
      });
      expect(failed.stderr).toMatch(/^next: .*debootstrap.*examples\/restricted-network/m);
      expect(await states(project)).toEqual([]);
    }
  });
});

requires(
  "linux",
  "root",
  "docker",
  "debootstrap",
)("a base that debootstrap cannot make (integration)", () => {
  it.each(["up", "build"])("is told by `sygaldry %s` with debootstrap's own words", async (command) => {
    const base = "debootstrap:no-such-suite";
    await using project = await createSlimProject({ config: { ...slim, image: { base } } });
    const failed = await project.run([command, "--json"]);
    expectError(failed, {
      ...{ code: "SYG-BASE-IMAGE", exitCode: 1, next: /Check the suite of image\.base.* full log: / },
      message: /could not make sygaldry-base\/debootstrap:no-such-suite\n(.*\n)*E: .*no-such-suite/,
    });
  });
});

requires(
  "linux",
  "root",
  "base",
)("a storage root on a full disk (integration)", () => {
  afterAll(removeOwn);

  it("is named, and up works when there is room again", async () => {
    await using project = await createSlimProject({ config: slim });
    const { storage } = project.workspace;
    const root = path.join(storage, "small");
    await mkdir(root);
    const mount = ["-t", "tmpfs", "-o", "size=1m", "sygaldry-test", root];
    await runChecked(processRunner, { command: "mount", args: mount });
    try {
      await fill(path.join(root, "filler"));
      const failed = await project.run(["up", "--json"], { SYGALDRY_CONTAINER_ROOT: root });
      expectError(failed, {
        ...{ code: "SYG-STORAGE", exitCode: 1, next: /^Free some space there/ },
        message: /\/small\/.*ENOSPC: no space left on device/,
      });
      expect(await states(project)).toEqual([]);
      await rm(path.join(root, "filler"));
      expect(await project.up([], { SYGALDRY_CONTAINER_ROOT: root })).toMatchObject({
        action: expect.stringMatching(/^(build|create)$/),
      });
      await fill(path.join(root, "filler"));
      expect(await project.inside("whoami")).toBe("kvothe");
      const again = await project.run(["up"], { SYGALDRY_CONTAINER_ROOT: root });
      expect(again.stdout).toContain("nothing to do");
      await project.run(["down", "--remove"]);
    } finally {
      await runChecked(processRunner, { command: "umount", args: ["-l", root] });
    }
  });
});

interface Expected {
  readonly code: string;
  readonly exitCode: number;
  readonly message: RegExp;
  readonly next?: RegExp;
}

function expectError(result: SygaldryResult, { code, exitCode, message, next = /./ }: Expected): void {
  expect(result.exitCode, result.stdout + result.stderr).toBe(exitCode);
  expect(result.stderr).toContain(`error[${code}]: `);
  expect(result.stderr).not.toMatch(/^\s+at /m);
  expect(result.json()).toMatchObject({
    error: { code, message: expect.stringMatching(message), next: expect.stringMatching(next) },
  });
}

/** Dev containers of the workspace: id and state. */
async function states({ workspace }: SlimProject): Promise<string[]> {
  const args = [
    "--format",
    "{{.ID}} {{.State}}",
    "--filter",
    `label=devcontainer.local_folder=${workspace.path}`,
  ];
  const { stdout } = await docker(["ps", "-a", "--no-trunc", ...args]);
  return stdout.split("\n").filter(Boolean);
}

async function fill(file: string): Promise<void> {
  await writeFile(file, Buffer.alloc(2 * 1024 * 1024)).catch(() => {});
}

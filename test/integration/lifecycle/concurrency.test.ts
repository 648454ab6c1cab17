import { readdir } from "node:fs/promises";
import path from "node:path";
import { afterAll, afterEach, beforeEach, expect, it } from "vitest";
import { startSygaldry } from "../../support/cli.ts";
import { docker, removeOwn } from "../../support/docker.ts";
import { requires } from "../../support/requirements.ts";
import { createSlimProject, type SlimProject, slim } from "../../support/slim-project.ts";
import { processesWith } from "../engine/support.ts";
import { type Gate, startGate } from "./gate.ts";

requires("linux", "base")("sygaldry up, several at once, or ended half-way (integration)", () => {
  let gate: Gate;
  let project: SlimProject;
  let before: readonly string[] = [];

  beforeEach(async () => {
    gate = await startGate();
    before = await buildContainers();
    project = await createSlimProject({
      config: slim,
      files: { "setup.sh": `#!/bin/sh\n${gate.line}\n`, "sub/file": "" },
    });
  });
  afterEach(async () => {
    await gate[Symbol.asyncDispose]();
    await project[Symbol.asyncDispose]();
  });
  afterAll(removeOwn);

  const waitsInBuild = { ...slim, image: { ...slim.image, setup: "setup.sh" } };

  function start(folder = ".") {
    const { path: root, home, storage } = project.workspace;
    const env = { SYGALDRY_CONTAINER_ROOT: storage, HOME: home, TMPDIR: home };
    return startSygaldry(["up"], { cwd: path.join(root, folder), env });
  }

  /** Dev containers of the workspace: id and state. */
  async function containers(): Promise<string[]> {
    const label = `label=devcontainer.local_folder=${project.workspace.path}`;
    const format = "{{.ID}} {{.State}}";
    const { stdout } = await docker(["ps", "-a", "--no-trunc", "--format", format, "--filter", label]);
    return stdout.split("\n").filter(Boolean);
  }

  /**
   * Processes that work for this workspace, on this machine or in a step of its build. Not the client with which the
   * devcontainers CLI started a container: it stays attached for as long as the container runs.
   */
  async function processes(): Promise<string[]> {
    const lines = await Promise.all([processesWith(project.workspace.path), processesWith(gate.address)]);
    return lines.flat().filter((line) => !line.includes(" run --sig-proxy=false "));
  }

  /** Containers in which the legacy builder runs the step of setup.sh. */
  async function buildContainers(): Promise<string[]> {
    const { stdout } = await docker(["ps", "-a", "--no-trunc", "--format", "{{.ID}} {{.Command}}"]);
    return stdout.split("\n").filter((line) => line.endsWith('/image/setup"'));
  }

  async function locks(): Promise<string[]> {
    const { projectId, storage } = project.workspace;
    return readdir(path.join(storage, projectId, "locks"));
  }

  async function expectNothingLeft() {
    await expect.poll(processes, { timeout: 60_000 }).toEqual([]);
    expect((await buildContainers()).filter((line) => !before.includes(line))).toEqual([]);
    expect(await locks()).toEqual([]);
  }

  it("work one after the other: the second says whom it waits for, and finds it done", async () => {
    await project.configure(waitsInBuild);
    await using first = start();
    await gate.reached();
    await using second = start("sub");
    await second.seen(/^waiting for sygaldry up \(process \d+ on \S+, since \d{4}-.*\)$/m);
    expect(second.output()).toContain(`process ${first.pid} on`);
    await using impatient = start();
    await impatient.seen(/^waiting for /m);
    impatient.signal("SIGINT");
    expect(await impatient.ended).toMatchObject({ exitCode: 130 });
    await gate.open();
    expect([await first.ended, await second.ended], first.output() + second.output()).toMatchObject([
      { exitCode: 0 },
      { exitCode: 0 },
    ]);
    expect(first.output()).toMatch(/: build, because there is no image yet\n$/);
    expect(second.output()).toMatch(/: nothing to do, it runs and is up to date\n$/);
    expect(await containers()).toEqual([expect.stringMatching(/ running$/)]);
    await expectNothingLeft();
  });

  it.each(["SIGINT", "SIGTERM", "SIGHUP"] as const)(
    "leave nothing half-made on %s during the build",
    async (name) => {
      await project.configure(waitsInBuild);
      await using cancelled = start();
      await gate.reached();
      cancelled.signal(name);
      expect(await cancelled.ended, cancelled.output()).toEqual({ exitCode: 130, signal: undefined });
      expect(cancelled.output()).toMatch(/^cancelled$/m);
      expect(cancelled.output()).not.toMatch(/error/i);
      expect(await containers()).toEqual([]);
      await expectNothingLeft();
      await gate.open();
      expect(await project.up()).toMatchObject({ action: "build" });
      expect(await containers()).toEqual([expect.stringMatching(/ running$/)]);
    },
  );

  it("keep the container that runs when a rebuild is cancelled", async () => {
    const { containerId } = await project.up();
    await project.configure(waitsInBuild);
    await using cancelled = start();
    await gate.reached();
    cancelled.signal("SIGINT");
    expect(await cancelled.ended).toMatchObject({ exitCode: 130 });
    expect(await containers()).toEqual([`${containerId} running`]);
    await expectNothingLeft();
    await gate.open();
    expect(await project.up()).toMatchObject({ action: "rebuild", reason: "image.setup is new" });
    expect(await containers()).toHaveLength(1);
  });

  it("leave no container when cancelled in its first lifecycle command", async () => {
    await project.configure({ ...slim, lifecycle: { postCreate: gate.line } });
    await using cancelled = start();
    await gate.reached();
    cancelled.signal("SIGINT");
    expect(await cancelled.ended, cancelled.output()).toMatchObject({ exitCode: 130 });
    expect(await containers()).toEqual([]);
    await expectNothingLeft();
    await gate.open();
    expect((await project.up()).action).toMatch(/^(build|create)$/);
    expect(await containers()).toEqual([expect.stringMatching(/ running$/)]);
  });

  it("make the container anew whose up was killed in its first lifecycle command", async () => {
    await project.configure({ ...slim, lifecycle: { postCreate: gate.line } });
    await using killed = start();
    await gate.reached();
    killed.signal("SIGKILL");
    expect(await killed.ended).toMatchObject({ signal: "SIGKILL" });
    const reason = "its first start has not come to its end";
    expect((await project.run(["up", "--dry-run"])).stdout).toBe(`would do: recreate, because ${reason}\n`);
    await gate.open();
    expect(await project.up()).toMatchObject({ action: "recreate", reason });
    expect(await containers()).toEqual([expect.stringMatching(/ running$/)]);
    expect(await project.up()).toMatchObject({ action: "nothing" });
  });

  it("wait for a first lifecycle command of another one, although the container runs", async () => {
    await project.configure({ ...slim, lifecycle: { postCreate: gate.line } });
    await using first = start();
    await gate.reached();
    await using second = start();
    await second.seen(/^waiting for sygaldry up/m);
    await gate.open();
    expect(await first.ended, first.output()).toMatchObject({ exitCode: 0 });
    expect(await second.ended, second.output()).toMatchObject({ exitCode: 0 });
    expect(second.output()).toMatch(/: nothing to do, it runs and is up to date\n$/);
    expect(await containers()).toHaveLength(1);
  });

  it("take over from one that was killed", async () => {
    await project.configure(waitsInBuild);
    await using killed = start();
    await gate.reached();
    killed.signal("SIGKILL");
    expect(await killed.ended).toMatchObject({ signal: "SIGKILL" });
    expect(await locks()).toHaveLength(1);
    await using next = start();
    await next.seen(/^build, because/m);
    await gate.open();
    expect(await next.ended, next.output()).toMatchObject({ exitCode: 0 });
    await expectNothingLeft();
    expect(await containers()).toEqual([expect.stringMatching(/ running$/)]);
    expect(await project.up()).toMatchObject({ action: "nothing" });
  });
});

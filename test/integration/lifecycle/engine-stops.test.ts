import { afterAll, beforeAll, expect, it } from "vitest";
import { startSygaldry } from "../../support/cli.ts";
import { buildImage, docker, removeOwn } from "../../support/docker.ts";
import { type PrivateDockerd, startPrivateDockerd } from "../../support/private-dockerd.ts";
import { requires } from "../../support/requirements.ts";
import { createSlimProject, type SlimProject, slim } from "../../support/slim-project.ts";
import { processesWith } from "../engine/support.ts";

/** The command at which the engine is stopped: another one for each test, so that no cache skips it. */
const markers = { SIGTERM: "sleep 20.4711", SIGKILL: "sleep 20.4712", lifecycle: "sleep 20.4713" };

requires(
  "linux",
  "root",
  "base",
  "dockerd",
)("an engine that stops in the middle, or is full (integration)", () => {
  let engine: PrivateDockerd;
  let base = "";

  beforeAll(async () => {
    base = await imageWithPackages();
    engine = await startPrivateDockerd();
    await engine.load(base);
  });
  afterAll(async () => {
    await engine?.[Symbol.asyncDispose]();
    removeOwn();
  });

  function createProject(setup: string, more: object = {}, on = engine): Promise<SlimProject> {
    const { mirrors: _, ...rest } = slim;
    return createSlimProject({
      config: { ...rest, image: { base, setup: "setup.sh" }, ...more },
      files: { "setup.sh": `#!/bin/sh\n${setup}\n` },
      env: on.env,
    });
  }

  /** `sygaldry up`, with the engine stopped as soon as a command with `marker` runs. */
  async function upUntilStopped({ workspace }: SlimProject, marker: string, signal: "SIGTERM" | "SIGKILL") {
    const env = { ...engine.env, SYGALDRY_CONTAINER_ROOT: workspace.storage, HOME: workspace.home };
    await using up = startSygaldry(["up"], { cwd: workspace.path, env });
    await expect.poll(() => processesWith(marker), { timeout: 120_000, interval: 100 }).not.toEqual([]);
    await engine.stop(signal);
    const { exitCode } = await up.ended;
    return { exitCode, output: up.output() };
  }

  async function containersOf({ workspace }: SlimProject): Promise<string[]> {
    const filter = `label=devcontainer.local_folder=${workspace.path}`;
    const args = ["ps", "-a", "--no-trunc", "--format", "{{.ID}} {{.State}}", "--filter", filter];
    const { stdout } = await docker(args, { env: { ...process.env, ...engine.env } });
    return stdout.split("\n").filter(Boolean);
  }

  it.each(["SIGTERM", "SIGKILL"] as const)("of a build (%s): says so, and up recovers", async (signal) => {
    await using project = await createProject(markers[signal]);
    const { exitCode, output } = await upUntilStopped(project, markers[signal], signal);
    expect(exitCode, output).toBe(3);
    expect(output).toMatch(/^error\[SYG-ENGINE-MISSING\]: the container engine stopped during: .*setup/m);
    expect(output).toMatch(/^next: Start Docker .* Then run this again: finished steps are kept\./m);
    expect(output).not.toMatch(/^\s+at /m);

    const stopped = await project.run(["up", "--json"]);
    expect(stopped.exitCode).toBe(3);
    expect(stopped.json()).toMatchObject({
      error: {
        code: "SYG-ENGINE-MISSING",
        message: expect.stringContaining("no container engine answers at"),
      },
    });

    await engine.start();
    const made = await project.up();
    expect(made).toMatchObject({ action: "build", reason: "there is no image yet" });
    expect(await containersOf(project)).toEqual([`${made.containerId} running`]);
    expect(await project.inside("whoami")).toBe("kvothe");
    expect(await project.up()).toMatchObject({ action: "nothing", containerId: made.containerId });
  });

  it("of the first lifecycle command: says so, and up makes the container anew", async () => {
    await using project = await createProject("true", {
      lifecycle: { postCreate: `test -e done || ${markers.lifecycle}` },
    });
    const { exitCode, output } = await upUntilStopped(project, markers.lifecycle, "SIGKILL");
    expect(exitCode, output).toBe(3);
    expect(output).toMatch(/^error\[SYG-ENGINE-MISSING\]: the container engine stopped during: /m);

    await engine.start();
    await project.workspace.write({ done: "" });
    const made = await project.up();
    expect(made).toMatchObject({ action: "recreate", reason: "its first start has not come to its end" });
    expect(await containersOf(project)).toEqual([`${made.containerId} running`]);
    expect(await project.up()).toMatchObject({ action: "nothing", containerId: made.containerId });
  });

  it.each(["SIGTERM", "SIGKILL"] as const)(
    "under a job (%s): nothing is concluded until it is back; then the job is lost, with the reason",
    async (signal) => {
      await using project = await createProject("true");
      await project.up();
      const run = await project.run([
        "job",
        "run",
        "--on",
        "container",
        "--name",
        "long",
        "--",
        "sleep",
        "471",
      ]);
      expect(run.exitCode, run.stderr).toBe(0);
      const shown = async () => (await project.run(["job", "status", "long", "--json"])).json();
      await expect.poll(shown, { timeout: 30_000 }).toMatchObject({ state: "PROGRESS", life: "alive" });
      await engine.stop(signal);
      expect(await shown()).toMatchObject({ state: "PROGRESS", life: "alive" });
      await engine.start();
      expect((await project.run(["job", "wait", "long", "--timeout", "60"])).exitCode).toBe(1);
      const reason = expect.stringMatching(/^its container \S+ was stopped/);
      expect(await shown()).toMatchObject({ state: "LOST", cause: "lost", reason });
    },
  );

  it("has no room left in a build: says so, and up recovers when the build needs less", async () => {
    await using small = await startPrivateDockerd({ room: 1500 });
    await small.load(base);
    await using project = await createProject("head -c 3000M /dev/zero >/opt/big", {}, small);
    const failed = await project.run(["up", "--json"]);
    expect(failed.exitCode, failed.stderr).toBe(1);
    expect(failed.json()).toMatchObject({
      error: {
        code: "SYG-DISK-FULL",
        message: expect.stringMatching(/setup\n.*[Nn]o space left on device/),
        next: expect.stringContaining("docker system prune"),
      },
    });
    await project.workspace.write({ "setup.sh": "#!/bin/sh\n" });
    expect(await project.up()).toMatchObject({ action: "build" });
    expect(await project.inside("whoami")).toBe("kvothe");
  });
});

/** A base that has what a slim image installs, and asks no mirror for more. */
async function imageWithPackages(): Promise<string> {
  await using project = await createSlimProject({ config: slim });
  const built = await project.run(["build"]);
  expect(built.exitCode, built.stderr).toBe(0);
  const offline = "RUN rm -rf /etc/apt/sources.list /etc/apt/sources.list.d/*";
  const from = `FROM sygaldry/${project.workspace.projectId}:dev`;
  const { tag } = await buildImage({ dockerfile: `${from}\nUSER root\n${offline}\n` });
  return tag;
}

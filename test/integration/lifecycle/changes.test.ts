import { appendFile, readFile, utimes } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { z } from "zod";
import { docker, removeOwn } from "../../support/docker.ts";
import { requires } from "../../support/requirements.ts";
import { createSlimProject, type SlimProject, slim } from "../../support/slim-project.ts";

const decision = z.object({
  action: z.string(),
  reason: z.string(),
  changes: z.array(z.object({ name: z.string() }).loose()),
});

interface Change {
  readonly what: string;
  /** Settings that go over those before. */
  readonly settings: object;
  readonly action: "recreate" | "rebuild";
  readonly reason: (root: string) => string;
}

const containerChanges: readonly Change[] = [
  change("a variable", { env: { GREETING: "one" } }, "recreate", "env.GREETING is new"),
  change("a variable's value", { env: { GREETING: "two" } }, "recreate", "env.GREETING changed"),
  {
    ...change("a mount", { mounts: ["./data:/data"] }, "recreate", ""),
    reason: (root) => `mounts./data is new (${root}/data (read-only))`,
  },
  change("a published port", { ports: ["8123"] }, "recreate", "publish 8123 is new"),
  change("a forwarded port", { ports: ["8123", 8888] }, "recreate", "ports is new (8888)"),
  change("shared memory", { resources: { shm: "96m" } }, "recreate", "shm-size is new (96m)"),
  change("its size", { resources: { shm: "128m" } }, "recreate", "shm-size 96m → 128m"),
  change(
    "a lifecycle command",
    { lifecycle: { postCreate: "touch /tmp/created" } },
    "recreate",
    "lifecycle.postCreate is new",
  ),
  change("nothing but what went", { env: {} }, "recreate", "env.GREETING is gone"),
];

const imageChanges: readonly Change[] = [
  change("a package", { apt: { packages: ["nodejs", "tree"] } }, "rebuild", "apt.tree is new"),
  change("a tool", { tools: { ...slim.tools, node: "off" } }, "rebuild", "tools.node is gone"),
  change("the user's name", { user: { name: "denna" } }, "rebuild", "user.name kvothe → denna"),
];

function change(what: string, settings: object, action: Change["action"], reason: string): Change {
  return { what, settings, action, reason: () => reason };
}

requires("linux", "base")("what a change triggers (integration)", () => {
  let project: SlimProject;
  let config: Record<string, unknown> = {
    ...slim,
    image: { ...slim.image, inputs: ["locks/*.lock"] },
    apt: { packages: ["nodejs"] },
  };

  beforeAll(async () => {
    project = await createSlimProject({
      config,
      files: { "locks/a.lock": "1\n", "data/there": "yes\n" },
    });
  });
  afterAll(async () => {
    await project[Symbol.asyncDispose]();
    removeOwn();
  });

  /**
   * The one container of the workspace, in whatever state. `image` is what its image was made from and holds: the image's
   * id follows its label `devcontainer.metadata`, in which the devcontainers CLI repeats the container's variables.
   */
  async function container() {
    const label = `label=devcontainer.local_folder=${project.workspace.path}`;
    const { stdout } = await docker(["ps", "-aq", "--no-trunc", "--filter", label]);
    expect(stdout.trim().split("\n")).toHaveLength(1);
    const format = "{{.Id}} {{.Image}} {{.State.Status}} {{.State.StartedAt}}";
    const { stdout: text } = await docker(["inspect", "--format", format, stdout.trim()]);
    const [id = "", imageId = "", state = "", started = ""] = text.trim().split(" ");
    const content = '{{index .Config.Labels "dev.sygaldry.image"}} {{.Created}} {{json .RootFS.Layers}}';
    const { stdout: image } = await docker(["image", "inspect", "--format", content, imageId]);
    return { id, image, state, started };
  }

  async function json(args: readonly string[]) {
    const result = await project.run([...args, "--json"]);
    expect(result.exitCode, result.stderr).toBe(0);
    return decision.parse(result.json());
  }

  /** What `status` says must be what `up` then does. */
  async function statusThenUp() {
    const before = await container();
    const told = await json(["status"]);
    const text = await project.run(["status"]);
    expect(text.stdout).toContain(`because ${told.reason}\n`);
    expect(await container()).toEqual(before);
    const done = await json(["up"]);
    expect(done).toEqual(told);
    return { before, after: await container(), done };
  }

  async function expectNothing() {
    const { before, after, done } = await statusThenUp();
    expect(done).toEqual({ action: "nothing", reason: "it runs and is up to date", changes: [] });
    expect(after).toEqual(before);
  }

  const file = (name: string) => path.join(project.workspace.path, name);
  const readRendered = () => readFile(file(".devcontainer/devcontainer.json"), "utf8");

  it("builds what was never built, and says so", async () => {
    const dry = await project.run(["up", "--dry-run", "--json"]);
    expect(dry.json()).toMatchObject({ action: "build", reason: "there is no image yet", rendered: [] });
    await expect(readRendered()).rejects.toThrow("ENOENT");
    const { exitCode, stderr, json: result } = await project.run(["up", "--json"]);
    expect(exitCode, stderr).toBe(0);
    expect(result()).toEqual({
      action: "build",
      reason: "there is no image yet",
      changes: [],
      containerId: (await container()).id,
      remoteUser: "kvothe",
      remoteWorkspaceFolder: "/workspace",
      projectId: project.workspace.projectId,
      rendered: expect.arrayContaining([".devcontainer/Dockerfile", ".devcontainer/devcontainer.json"]),
      logFile: expect.stringMatching(/\/logs\/up-\d{8}-\d{6}-\d+\.log$/),
    });
    expect(stderr).toMatch(/^build, because there is no image yet$/m);
    expect(stderr).toMatch(/apt-install\.sh /);
    expect(await container()).toMatchObject({ state: "running" });
  });

  it("does nothing the second time", async () => {
    await expectNothing();
    const { stdout, stderr, exitCode } = await project.run(["up"]);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^up \S+ \([0-9a-f]{12}\): nothing to do, it runs and is up to date\n$/);
    expect(stderr).toBe("");
  });

  it("does nothing for a comment in sygaldry.yaml", async () => {
    await appendFile(file("sygaldry.yaml"), "\n# a remark\n");
    await expectNothing();
  });

  it("does nothing for files that have only another time", async () => {
    const now = new Date();
    for (const name of ["sygaldry.yaml", "locks/a.lock", ".devcontainer/Dockerfile"])
      await utimes(file(name), now, now);
    await expectNothing();
  });

  async function configure(settings: object) {
    config = { ...config, ...settings };
    await project.configure(config);
  }

  it("makes no step of `up --dry-run`", async () => {
    const rendered = await readRendered();
    const before = await container();
    await configure({ env: { GREETING: "zero" } });
    const { stdout } = await project.run(["up", "--dry-run"]);
    expect(stdout).toBe("would do: recreate, because env.GREETING is new\n");
    expect(await container()).toEqual(before);
    expect(await readRendered()).toBe(rendered);
    await configure({ env: {} });
    await expectNothing();
  });

  it.each(containerChanges)("makes the container anew for $what", async ({ settings, reason, action }) => {
    await configure(settings);
    const { before, after, done } = await statusThenUp();
    expect(done).toMatchObject({ action, reason: reason(project.workspace.path) });
    expect(after).toMatchObject({ image: before.image, state: "running" });
    expect(after.id).not.toBe(before.id);
  });

  it("has given the container all of it", async () => {
    expect(await project.inside("df -m /dev/shm | tail -n 1 | awk '{ print $2 }'")).toBe("128");
    expect(await project.inside("ls /tmp/created && cat /data/there && ! touch /data/made 2>/dev/null")).toBe(
      "/tmp/created\nyes",
    );
    const { stdout } = await docker(["port", (await container()).id, "8123/tcp"]);
    expect(stdout).toMatch(/:\d+/);
    await expectNothing();
  });

  it.each(imageChanges)("builds anew for $what", async ({ settings, reason, action }) => {
    await configure(settings);
    const { before, after, done } = await statusThenUp();
    expect(done).toMatchObject({ action, reason: reason(project.workspace.path) });
    expect(after.image).not.toBe(before.image);
    expect(after.id).not.toBe(before.id);
  });

  it("builds anew for a file that image.inputs matches, and names it", async () => {
    await project.workspace.write({ "locks/a.lock": "2\n", "locks/b.lock": "1\n", "locks/c.txt": "1\n" });
    const { before, after, done } = await statusThenUp();
    expect(done).toMatchObject({
      action: "rebuild",
      reason: "locks/a.lock changed, locks/b.lock is new",
      changes: [{ name: "locks/a.lock" }, { name: "locks/b.lock" }],
    });
    expect(after.image).not.toBe(before.image);
    expect(await project.inside("whoami; echo $HOME; command -v tree")).toBe(
      "denna\n/home/denna\n/usr/bin/tree",
    );
    await expectNothing();
  });

  it("starts the same container when it is stopped", async () => {
    await docker(["stop", "-t", "0", (await container()).id]);
    const { before, after, done } = await statusThenUp();
    expect(done).toMatchObject({ action: "start", reason: "it is stopped" });
    expect(after).toMatchObject({ id: before.id, image: before.image, state: "running" });
  });

  it("builds and makes it anew when asked to, without a change", async () => {
    const before = await container();
    const { stdout, stderr, exitCode } = await project.run(["up", "--rebuild"]);
    expect(exitCode, stderr).toBe(0);
    const after = await container();
    expect(after.id).not.toBe(before.id);
    expect(stdout).toMatch(/^up \S+ \([0-9a-f]{12}\): rebuild, because it was asked for\n$/);
    expect(stdout).toContain(after.id.slice(0, 12));
    await expectNothing();
  });

  it("overwrites no rendered file that was edited by hand", async () => {
    const edited = file(".devcontainer/Dockerfile");
    const rendered = await readFile(edited, "utf8");
    await appendFile(edited, "RUN echo mine\n");
    const before = await container();
    await configure({ env: { GREETING: "three" } });
    for (const args of [["up"], ["render"]]) {
      const { exitCode, stderr, stdout, json: result } = await project.run([...args, "--json"]);
      expect(exitCode, stdout + stderr).toBe(1);
      expect(result()).toMatchObject({
        error: { code: "SYG-RENDER-EDITED", files: [".devcontainer/Dockerfile"], next: expect.any(String) },
      });
    }
    expect(await readFile(edited, "utf8")).toBe(`${rendered}RUN echo mine\n`);
    expect(await readRendered()).not.toContain("three");
    expect(await container()).toEqual(before);
    const status = await project.run(["status"]);
    expect(status.stdout).toContain(".devcontainer/Dockerfile edited, .devcontainer/devcontainer.json stale");

    const check = await project.run(["render", "--check"]);
    expect(check.exitCode).toBe(1);
    expect(check.stdout).toMatch(/^-RUN echo mine$/m);
    expect(check.stderr).toContain("SYG-RENDER-STALE");
    const forced = await project.run(["render", "--force", "--json"]);
    expect(forced.exitCode, forced.stderr).toBe(0);
    expect(await readFile(edited, "utf8")).toBe(rendered);
    expect(await readFile(`${edited}.before-sygaldry`, "utf8")).toBe(`${rendered}RUN echo mine\n`);
    expect(await project.run(["render", "--check"])).toMatchObject({ exitCode: 0, stdout: "" });
    expect(await json(["up"])).toMatchObject({ action: "recreate", reason: "env.GREETING is new" });
    expect((await container()).image).toBe(before.image);
  });
});

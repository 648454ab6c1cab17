import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { dockerEngine } from "../../../extension/core/container/docker-engine.ts";
import { execInContainer } from "../../../extension/core/container/lifecycle/exec.ts";
import { type ContainerExec, containerSite } from "../../../extension/core/site/container.ts";
import { mountTranslation } from "../../../extension/core/site/mounts.ts";
import type { Site } from "../../../extension/core/site/site.ts";
import { docker, removeOwn } from "../../support/docker.ts";
import { requires } from "../../support/requirements.ts";
import { createSlimProject, type SlimProject, slim } from "../../support/slim-project.ts";
import { processesWith, testEndpoint } from "../engine/support.ts";

requires("linux", "base")("the site in the dev container (integration)", () => {
  let project: SlimProject;
  let site: Site;

  beforeAll(async () => {
    project = await createSlimProject({ config: slim, files: { "sub/x": "" } });
    const { containerId } = await project.up();
    const engine = dockerEngine(testEndpoint());
    const details = await engine.inspectContainer(containerId);
    const root = project.workspace.path;
    const exec: ContainerExec = (command) =>
      execInContainer(engine, { ...command, root, hostFolder: root, tty: false });
    site = containerSite(exec, await mountTranslation(details?.mounts ?? []));
  });
  afterAll(async () => {
    await project[Symbol.asyncDispose]();
    removeOwn();
  });

  const sh = (script: string, more: object = {}) => ({ command: "sh", args: ["-c", script], ...more });

  it("runs as the container's user in the workspace, with its environment and more", async () => {
    const env = { ADDED: "a b", SYGALDRY_GPU: undefined };
    const result = await site.run(
      sh('whoami; pwd; echo "$ADDED|$SYGALDRY_PROJECT_ID|${SYGALDRY_GPU-gone}"', { env }),
    );
    expect(result).toMatchObject({ exitCode: 0, stderr: "", timedOut: false });
    expect(result.stdout).toMatch(/^kvothe\n\/workspace\na b\|[^|]*project\|gone\n$/);
    expect(await site.run(sh("pwd", { cwd: "/workspace/sub" }))).toMatchObject({
      stdout: "/workspace/sub\n",
    });
    expect(await site.run(sh("cat; exit 7", { input: "ü\n" }))).toMatchObject({ exitCode: 7, stdout: "ü\n" });
  });

  it("gives lines while the command runs", async () => {
    const storage = site.paths.local("/opt/spack_store/go-on");
    const seen: string[] = [];
    const result = await site.run(
      sh("echo first; until [ -e /opt/spack_store/go-on ]; do sleep 0.05; done; echo last >&2"),
      {
        onLine: (line, stream) => {
          seen.push(`${stream} ${line}`);
          if (line === "first") void writeFile(storage, "");
        },
      },
    );
    expect(result).toMatchObject({ exitCode: 0, stdout: "first\n", stderr: "last\n" });
    expect(seen).toEqual(["stdout first", "stderr last"]);
  });

  it("knows where the container's files are on the host, and back", async () => {
    await site.run(sh("echo stored >/opt/spack_store/file; echo here >/workspace/sub/file"));
    expect(await readFile(site.paths.local("/opt/spack_store/file"), "utf8")).toBe("stored\n");
    expect(site.paths.local("/workspace/sub/file")).toBe(path.join(project.workspace.path, "sub/file"));
    expect(site.paths.site(path.join(project.workspace.path, "sub/file"))).toBe("/workspace/sub/file");
    expect(site.paths.site(site.paths.local("/opt/bazel_cache/uv/x"))).toBe("/opt/bazel_cache/uv/x");
  });

  it.each(["SIGTERM", "SIGINT"] as const)(
    "ends everything that was started, with %s first",
    async (endWith) => {
      // Children that left the group, hold no output open and ignore what they can.
      const hidden =
        "setsid sh -c 'trap \"\" TERM INT; while :; do sleep 7171; done' >/dev/null 2>&1 </dev/null &";
      const abort = new AbortController();
      const running = site.run(sh(`${hidden} sleep 7272 & echo ready; wait`), {
        ...{ endWith, signal: abort.signal },
        onLine: (line) => line === "ready" && abort.abort(),
      });
      await expect(running).rejects.toMatchObject({ code: "SYG-CANCELLED" });
      expect([...(await processesWith("sleep 7171")), ...(await processesWith("sleep 7272"))]).toEqual([]);
    },
  );

  it("ends a command that takes too long, and says so", async () => {
    const result = await site.run(sh("echo begun; exec sleep 7373"), { timeout: 1_000 });
    expect(result).toMatchObject({ timedOut: true, stdout: "begun\n" });
    expect(await processesWith("sleep 7373")).toEqual([]);
  });

  it("names a program, and a folder, that is not there", async () => {
    const missing = site.run({ command: "no-such-program", args: [] });
    await expect(missing).rejects.toMatchObject({ code: "SYG-TOOL-MISSING" });
    await expect(site.run(sh("true", { cwd: "/no/such/folder" }))).rejects.toMatchObject({
      ...{ code: "SYG-PROCESS", message: expect.stringContaining("/no/such/folder") },
    });
    expect(await site.run(sh("no-such-program"))).toMatchObject({ exitCode: 127 });
  });

  it("says what to do when the container does not run", async () => {
    await docker(["stop", "-t", "0", (await project.up()).containerId]);
    await expect(site.run(sh("true"))).rejects.toMatchObject({
      code: "SYG-NO-CONTAINER",
      next: "Run `sygaldry up`.",
    });
  });
});

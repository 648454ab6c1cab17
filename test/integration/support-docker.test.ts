import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, expect, it } from "vitest";
import {
  baseImage,
  buildImage,
  docker,
  importImage,
  ownLabel,
  removeOwn,
  runInImage,
  startContainer,
  tryDocker,
  ubuntuLikeImage,
} from "../support/docker.ts";
import { bridgeGateway } from "../support/gateway.ts";
import { startMirror } from "../support/mirror.ts";
import { requires } from "../support/requirements.ts";
import { runId, testName } from "../support/run-id.ts";

requires("docker", "base")("Docker helpers (integration)", () => {
  afterAll(() => removeOwn());

  it("runs a command in an image, with its input and exit code", async () => {
    const result = await runInImage(baseImage, ["sh", "-c", "cat; exit 7"], { input: "hello" });
    expect(result).toMatchObject({ exitCode: 7, stdout: "hello" });
  });

  it("builds on an image that holds 1000:1000, as Ubuntu does", async () => {
    const { stdout } = await runInImage(await ubuntuLikeImage(), ["getent", "passwd", "1000"]);
    expect(stdout).toMatch(/^ubuntu:x:1000:1000:/);
  });

  it("says why a build failed", async () => {
    const dockerfile = `FROM ${baseImage}\nRUN echo the-reason && false\n`;
    await expect(buildImage({ dockerfile })).rejects.toThrow(/false/);
  });

  it("imports a root file system", async () => {
    const folder = await mkdtemp(path.join(tmpdir(), `sygaldry-test-${runId}-`));
    const container = await startContainer(baseImage, ["sleep", "infinity"]);
    const tarball = path.join(folder, "root.tar");
    await docker(["export", "-o", tarball, container]);
    const { stdout } = await runInImage(await importImage(tarball), ["cat", "/etc/hostname"]);
    expect(stdout).not.toBe("");
    await rm(folder, { recursive: true });
  });

  it("serves what a build downloads", async () => {
    await using mirror = await startMirror(await bridgeGateway());
    mirror.serve("/archive", "stand-in");
    const [host = "", port = ""] = new URL(mirror.origin).host.split(":");
    const request = `exec 3<>/dev/tcp/${host}/${port}; printf 'GET /archive HTTP/1.0\\r\\n\\r\\n' >&3; cat <&3 >/got`;
    const dockerfile = `FROM ${baseImage}\nRUN ["bash", "-c", ${JSON.stringify(request)}]\n`;
    const { tag } = await buildImage({ dockerfile });
    expect((await runInImage(tag, ["cat", "/got"])).stdout).toMatch(/stand-in$/);
    expect(mirror.requests("/archive")).toHaveLength(1);
  });

  it("removes what this run made, and nothing else", async () => {
    const foreign = `sygaldry-tests-kept-${runId}`;
    await docker(["create", "--name", foreign, baseImage, "true"]);
    try {
      const container = await startContainer(baseImage, ["sleep", "infinity"]);
      const volume = (await docker(["volume", "create", ...ownLabel])).stdout.trim();
      const network = testName("network");
      await docker(["network", "create", network]);
      const { tag } = await buildImage({ dockerfile: `FROM ${baseImage}\nRUN true\n` });
      removeOwn();
      for (const gone of [container, volume, network, tag])
        expect((await tryDocker(["inspect", gone])).exitCode).toBe(1);
      for (const kept of [foreign, baseImage]) expect((await tryDocker(["inspect", kept])).exitCode).toBe(0);
    } finally {
      await docker(["rm", "-f", foreign]);
    }
  });
});

requires(
  "docker",
  "base",
  "buildkit",
)("BuildKit (integration)", () => {
  afterAll(() => removeOwn());

  it("builds with cache mounts", async () => {
    const dockerfile = `FROM ${baseImage}\nRUN --mount=type=cache,target=/kept touch /kept/file\n`;
    const { output } = await buildImage({ dockerfile, builder: "buildkit", args: ["--progress=plain"] });
    expect(output).toContain("--mount=type=cache");
  });
});

requires("ubuntu")("ubuntu:24.04 (integration)", () => {
  it("holds 1000:1000, as the stand-in does", async () => {
    expect((await runInImage("ubuntu:24.04", ["getent", "passwd", "1000"])).stdout).toMatch(
      /^ubuntu:x:1000:1000:/,
    );
  });
});

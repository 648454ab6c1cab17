import { rm, symlink } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { processRunner } from "../../../../../extension/core/base/process.ts";
import { chooseClient, lookAtClients } from "../../../../../extension/core/project/host/client.ts";
import { type FakeHost, fakeHost } from "./fake-host.ts";

const docker = (version: string, buildx: boolean) => `case "$*" in
  --version) echo 'Docker version ${version}, build abc';;
  'buildx version') ${buildx ? "echo github.com/docker/buildx v0.13" : "echo \"docker: 'buildx' is not a docker command.\" >&2; exit 1"};;
esac`;
const podman = `case "$*" in --version) echo 'podman version 4.3.1';; 'buildx version') echo 'buildah 1.28.0';; esac`;

async function choose(
  host: FakeHost,
  engine: "docker" | "podman" = "docker",
  named?: string,
  timeout = 60_000,
) {
  const environment = { ...host.environment, SYGALDRY_DOCKER: named };
  return chooseClient(
    await lookAtClients({ runner: processRunner, environment, bounds: { timeout } }),
    engine,
  );
}

describe("the docker client (unit)", () => {
  test.each([
    ["28.2.2", true, "buildx"],
    ["20.10.24+dfsg1", true, "buildx"],
    ["20.10.24+dfsg1", false, "buildkit"],
    ["22.06.0-beta.0", false, "buildkit"],
    ["18.09.1", false, "buildkit"],
    ["18.06.3-ce", false, "legacy"],
    ["17.12.0-ce", false, "legacy"],
    ["23.0.0", false, "legacy"],
    ["28.2.2", false, "legacy"],
  ] as const)("%s, with the buildx plugin: %s → %s", async (version, buildx, builder) => {
    await using host = await fakeHost();
    const path = await host.program("docker", docker(version, buildx));
    expect(await choose(host)).toEqual({
      known: true,
      value: { path, version, builder, plainBuilder: builder },
    });
  });

  test("of several is the first with the best builder", async () => {
    await using host = await fakeHost();
    await host.program("docker", docker("28.2.2", false));
    const path = await host.program("bin2/docker", docker("20.10.24", false));
    expect(await choose(host)).toEqual({
      known: true,
      value: { path, version: "20.10.24", builder: "buildkit", plainBuilder: "legacy" },
    });
    const first = await host.program("docker", docker("28.2.2", true));
    await host.program("bin2/docker", docker("27.0.0", true));
    expect(await choose(host)).toMatchObject({ value: { path: first } });
  });

  test("tells which builder VS Code and the devcontainers CLI find first on PATH, whatever is chosen", async () => {
    await using host = await fakeHost();
    const first = await host.program("docker", docker("28.2.2", false));
    const path = await host.program("bin2/docker", docker("28.2.2", true));
    expect(await choose(host)).toMatchObject({ value: { path, builder: "buildx", plainBuilder: "legacy" } });
    expect(await choose(host, "docker", path)).toMatchObject({
      value: { path, builder: "buildx", plainBuilder: "legacy" },
    });
    await rm(first);
    expect(await choose(host)).toMatchObject({ value: { builder: "buildx", plainBuilder: "buildx" } });
    await host.program("docker", "exit 1");
    expect(await choose(host)).toMatchObject({ value: { path, plainBuilder: "legacy" } });
  });

  test("is looked at once where links lead to it twice", async () => {
    await using host = await fakeHost();
    const path = await host.program("docker", docker("28.2.2", true));
    await symlink(host.at("bin"), host.at("bin2"));
    const looks = await lookAtClients({
      runner: processRunner,
      environment: host.environment,
      bounds: { timeout: 60_000 },
    });
    const look = { known: true, value: { path, program: "docker", version: "28.2.2", buildx: true } };
    expect(looks).toEqual({ candidates: [look], plain: look });
  });

  test("for Podman is podman, also where it is called docker", async () => {
    await using host = await fakeHost();
    await host.program("docker", docker("28.2.2", true));
    const path = await host.program("podman", podman);
    expect(await choose(host, "podman")).toEqual({
      known: true,
      value: { path, version: "4.3.1", builder: "buildah", plainBuilder: "legacy" },
    });
    const shim = await host.program("docker", `echo 'Emulate Docker CLI using podman.' >&2\n${podman}`);
    expect(await choose(host, "podman")).toMatchObject({ value: { path: shim, builder: "buildah" } });
  });

  test("of Docker has only the legacy builder on Podman's service", async () => {
    await using host = await fakeHost();
    await host.program("docker", docker("28.2.2", true));
    expect(await choose(host, "podman")).toMatchObject({ known: true, value: { builder: "legacy" } });
  });

  test("podman cannot build for Docker", async () => {
    await using host = await fakeHost();
    await host.program("podman", podman);
    expect(await choose(host)).toEqual({
      known: false,
      why: expect.stringMatching(/podman's and cannot build for docker$/),
    });
  });

  test("that SYGALDRY_DOCKER names is the only one looked at, by path or name", async () => {
    await using host = await fakeHost();
    await host.program("docker", docker("28.2.2", true));
    const path = await host.program("elsewhere/docker-old", docker("20.10.24", false));
    expect(await choose(host, "docker", path)).toMatchObject({ value: { path, builder: "buildkit" } });
    const named = await host.program("bin2/my-docker", docker("19.03.1", false));
    expect(await choose(host, "docker", "my-docker")).toMatchObject({
      value: { path: named, version: "19.03.1" },
    });
    expect(await choose(host, "docker", host.at("none"))).toEqual({
      known: false,
      why: expect.stringContaining(`${host.at("none")}: `),
    });
  });

  test.each([
    ["prints garbage", "echo hello", /does not answer as a docker or podman client does/],
    ["fails", "exit 3", /does not answer/],
    ["hangs", "exec sleep 1000", /timed out after 0.3 s/],
  ])("that %s is unknown, and why", async (_, script, why) => {
    await using host = await fakeHost();
    await host.program("docker", script);
    expect(await choose(host, "docker", undefined, 300)).toEqual({
      known: false,
      why: expect.stringMatching(why),
    });
  });

  test("that hangs does not hide another that works", async () => {
    await using host = await fakeHost();
    await host.program("docker", "exec sleep 1000");
    const path = await host.program("bin2/docker", docker("28.2.2", true));
    expect(await choose(host, "docker", undefined, 1000)).toMatchObject({ value: { path } });
  });

  test("that is not there at all", async () => {
    await using host = await fakeHost();
    await host.write("bin/docker", "not executable");
    expect(await choose(host)).toEqual({ known: false, why: "there is no docker or podman command on PATH" });
  });
});

import { PassThrough, Writable } from "node:stream";
import { afterAll, expect, it } from "vitest";
import { dockerEngine } from "../../../extension/core/container/docker-engine.ts";
import { baseImage, buildImage, docker, ownLabel, removeOwn, startContainer } from "../../support/docker.ts";
import { requires } from "../../support/requirements.ts";
import { runId, testLabel, testName } from "../../support/run-id.ts";
import { startProxy, testEndpoint } from "./support.ts";

requires("docker", "base")("the engine's API (integration)", () => {
  const endpoint = testEndpoint();
  const engine = dockerEngine(endpoint);
  afterAll(removeOwn);

  it("tells version and settings as the docker command does", async () => {
    const { stdout } = await docker(["version", "--format", "{{.Server.Version}} {{.Server.APIVersion}}"]);
    const { version, apiVersion } = await engine.version();
    expect(`${version} ${apiVersion}`).toBe(stdout.trim());
    const info = await docker([
      "info",
      "--format",
      "{{.Driver}}|{{.DockerRootDir}}|{{.OperatingSystem}}|{{.Name}}",
    ]);
    const { storageDriver, rootDirectory, operatingSystem, name, runtimes } = await engine.info();
    expect([storageDriver, rootDirectory, operatingSystem, name].join("|")).toBe(info.stdout.trim());
    expect(runtimes).toContain("runc");
  });

  it("finds containers in any state by all of the labels, the newest first", async () => {
    const mark = `${testLabel}.find`;
    const value = testName();
    const make = (more: string[]) =>
      docker(["create", ...ownLabel, "--label", `${mark}=${value}`, ...more, baseImage, "true"]);
    const first = (await make([])).stdout.trim();
    // The engine counts in seconds.
    await expect
      .poll(() => Math.floor(Date.now() / 1000) > Math.floor(startedAt / 1000) + 1, { timeout: 5_000 })
      .toBe(true);
    const second = (await make(["--label", "extra"])).stdout.trim();
    expect((await engine.findContainers([`${mark}=${value}`])).map(({ id }) => id)).toEqual([second, first]);
    const [found] = await engine.findContainers([mark, "extra", `${testLabel}=${runId}`]);
    expect(found).toMatchObject({
      id: second,
      state: "created",
      image: baseImage,
      labels: { [mark]: value, extra: "" },
    });
    expect(await engine.findContainers([`${mark}=${value}`, "nobody"])).toEqual([]);
  });

  it("follows a container through its life, and repeats nothing that is done", async () => {
    const { stdout } = await docker([
      "create",
      ...ownLabel,
      "-e",
      "A=b",
      "-v",
      "/tmp:/mnt/x:ro",
      "--init",
      baseImage,
      "sleep",
      "infinity",
    ]);
    const id = stdout.trim();
    expect(await engine.inspectContainer(id)).toMatchObject({
      state: "created",
      startedAt: undefined,
      exitCode: undefined,
    });
    await engine.startContainer(id);
    await engine.startContainer(id);
    const running = await engine.inspectContainer(id);
    expect(running).toMatchObject({
      state: "running",
      exitCode: undefined,
      startedAt: expect.stringMatching(/^20/),
    });
    expect(running?.environment).toContain("A=b");
    expect(running?.mounts).toEqual([{ type: "bind", source: "/tmp", target: "/mnt/x", writable: false }]);
    await engine.stopContainer(id, 5);
    await engine.stopContainer(id, 5);
    expect(await engine.inspectContainer(id)).toMatchObject({ state: "exited", exitCode: 143 });
    await engine.startContainer(id);
    await Promise.all([engine.removeContainer(id), engine.removeContainer(id)]);
    expect(await engine.inspectContainer(id)).toBeUndefined();
    await engine.removeContainer(id);
  });

  it("says that a container is not there", async () => {
    await expect(engine.startContainer("sygaldry-no-such")).rejects.toMatchObject({
      code: "SYG-NO-CONTAINER",
    });
  });

  it("inspects, names and removes images", async () => {
    const { tag } = await buildImage({ dockerfile: `FROM ${baseImage}\nLABEL a="b c"\n` });
    const image = await engine.inspectImage(tag);
    expect(image).toMatchObject({
      tags: [`${tag}:latest`],
      labels: { a: "b c" },
      created: expect.stringMatching(/^20/),
    });
    const other = `${testName("tagged")}:v1.2`;
    await engine.tagImage(tag, other);
    expect((await engine.inspectImage(other))?.id).toBe(image?.id);
    await engine.removeImage(other);
    await engine.removeImage(other);
    expect(await engine.inspectImage(other)).toBeUndefined();
  });

  it("removes volumes", async () => {
    const name = testName("volume");
    await docker(["volume", "create", ...ownLabel, name]);
    await engine.removeVolume(name);
    await engine.removeVolume(name);
  });

  it("gives a container's output, its end, and follows it", async () => {
    const script = "echo two >&2; echo one; echo three; exec sleep infinity";
    const id = await startContainer(baseImage, ["sh", "-c", script]);
    const [stdout, stderr] = [new PassThrough(), new PassThrough()];
    const abort = new AbortController();
    const following = engine.logs(id, { follow: true, stdout, stderr }, abort.signal);
    let seen = "";
    for await (const chunk of stdout) {
      seen += chunk;
      if (seen.includes("three")) break;
    }
    abort.abort();
    await expect(following).rejects.toMatchObject({ code: "SYG-CANCELLED" });
    expect(seen).toBe("one\nthree\n");
    const all = await textOf((out) => engine.logs(id, { follow: false, stdout: out, stderr: out }));
    expect(all.split("\n").sort()).toEqual(["", "one", "three", "two"]);
    const last = await textOf((out) =>
      engine.logs(id, { follow: false, lines: 1, stdout: out, stderr: out }),
    );
    expect(last).toMatch(/^(three|two)\n$/);
    await engine.stopContainer(id, 0);
  });

  it("gives the output of a container with a terminal", async () => {
    const { stdout } = await docker(["run", "-d", "-t", ...ownLabel, baseImage, "echo", "hello"]);
    const id = stdout.trim();
    expect(await textOf((out) => engine.logs(id, { follow: true, stdout: out, stderr: out }))).toBe(
      "hello\r\n",
    );
  });

  it("speaks TCP", async () => {
    if (endpoint.kind !== "socket") return;
    await using proxy = await startProxy(endpoint.path, { port: 0, host: "127.0.0.1" });
    const { port } = proxy;
    const over = dockerEngine({ kind: "tcp", host: "127.0.0.1", port, tls: undefined, from: "DOCKER_HOST" });
    expect(await over.version()).toEqual(await engine.version());
    const id = await startContainer(baseImage, ["sleep", "infinity"]);
    const defaults = { user: "root", workingDirectory: "/", environment: [], tty: false };
    const stdin = PassThrough.from([Buffer.from("through tcp")]);
    const said = await textOf((out) =>
      over.exec(id, { ...defaults, argv: ["cat"], stdin, stdout: out, stderr: out }),
    );
    expect(said).toBe("through tcp");
  });
});

const startedAt = Date.now();

async function textOf(write: (stream: Writable) => Promise<unknown>): Promise<string> {
  let text = "";
  const stream = new Writable({
    write(chunk, _encoding, done) {
      text += chunk;
      done();
    },
  });
  await write(stream);
  return text;
}

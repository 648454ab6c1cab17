import { getEventListeners } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { dockerEngine } from "../../../extension/core/container/docker-engine.ts";
import type { ContainerEngine } from "../../../extension/core/container/engine.ts";
import { engineFailure } from "../../../extension/core/container/engine-failures.ts";

/** An engine whose socket behaves like this to whoever connects; undefined: nobody listens. */
async function engineThat(behaves: ((client: Socket) => void) | undefined): Promise<ContainerEngine> {
  const folder = await mkdtemp(path.join(tmpdir(), "sygaldry-engine-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = path.join(folder, "docker.sock");
  if (behaves !== undefined) {
    const server = createServer((client) => {
      client.on("error", () => {});
      behaves(client);
    });
    await new Promise<void>((resolve) => server.listen(file, resolve));
    onTestFinished(() => void server.close());
  }
  return dockerEngine({ kind: "socket", path: file, from: "found" });
}

/** Answers every request with this, then ends the connection. */
function answers(text: string): (client: Socket) => void {
  return (client) => void client.once("data", () => client.end(text));
}

const http = (status: string, body: string) =>
  `HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;

describe("an engine that does not answer as it should (integration)", () => {
  it("is missing where there is no socket: how to start one", async () => {
    const engine = await engineThat(undefined);
    await expect(engine.version()).rejects.toMatchObject({
      code: "SYG-ENGINE-MISSING",
      message: expect.stringContaining("docker.sock"),
      next: expect.stringMatching(/Start Docker/),
    });
  });

  it("is missing where nobody listens any more", async () => {
    const engine = dockerEngine({
      kind: "tcp",
      host: "127.0.0.1",
      port: 1,
      tls: undefined,
      from: "DOCKER_HOST",
    });
    await expect(engine.version()).rejects.toMatchObject({
      code: "SYG-ENGINE-MISSING",
      message: "no container engine answers at 127.0.0.1:1",
    });
  });

  it("went away before it answered", async () => {
    const engine = await engineThat((client) => void client.once("data", () => client.destroy()));
    await expect(engine.startContainer("x")).rejects.toMatchObject({
      code: "SYG-ENGINE-MISSING",
      message: expect.stringMatching(/stopped while starting container x$/),
    });
  });

  it("went away in the middle of an answer", async () => {
    const engine = await engineThat(answers('HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{"Version":'));
    await expect(engine.version()).rejects.toMatchObject({ code: "SYG-ENGINE-MISSING" });
  });

  it("tells its own message", async () => {
    const engine = await engineThat(
      answers(http("500 Internal Server Error", '{"message":"layer - is odd"}')),
    );
    await expect(engine.startContainer("x")).rejects.toMatchObject({
      code: "SYG-ENGINE",
      message: "starting container x failed: layer - is odd",
    });
  });

  it.each([
    ["SYG-DISK-FULL", "write /var/lib/docker/x: no space left on device"],
    ["SYG-GPU", 'could not select device driver "" with capabilities: [[gpu]]'],
    ["SYG-NO-CONTAINER", "No such container: x"],
  ])("tells %s by its message", async (code, message) => {
    const engine = await engineThat(answers(http("500 Error", JSON.stringify({ message }))));
    await expect(engine.startContainer("x")).rejects.toMatchObject({ code });
  });

  it.each(["not json", "[]", "{}", '{"Version":7}'])("answers %s", async (body) => {
    const engine = await engineThat(answers(http("200 OK", body)));
    await expect(engine.version()).rejects.toMatchObject({
      code: "SYG-ENGINE",
      message: expect.stringContaining("its version cannot be read"),
    });
  });

  it("is no HTTP server", async () => {
    const engine = await engineThat(answers("SSH-2.0-OpenSSH_9.2\r\n"));
    await expect(engine.version()).rejects.toMatchObject({ code: "SYG-ENGINE" });
  });

  it("does not open a two-way connection", async () => {
    const engine = await engineThat(answers(http("200 OK", '{"Id":"1"}')));
    const none = { stdin: undefined, stdout: process.stdout, stderr: process.stderr };
    const options = { argv: ["x"], user: "", workingDirectory: "/", environment: [], tty: false, ...none };
    await expect(engine.exec("x", options)).rejects.toMatchObject({ code: "SYG-ENGINE" });
  });

  it("never answers: a cancelled call ends, and leaves no listener", async () => {
    const abort = new AbortController();
    const engine = await engineThat((client) => void client.once("data", () => abort.abort()));
    await expect(engine.version(abort.signal)).rejects.toMatchObject({ code: "SYG-CANCELLED" });
    expect(getEventListeners(abort.signal, "abort")).toEqual([]);
  });

  it("never ends its answer: a cancelled call ends", async () => {
    const abort = new AbortController();
    const engine = await engineThat((client) => {
      client.once("data", () =>
        client.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n{", () => abort.abort()),
      );
    });
    await expect(engine.version(abort.signal)).rejects.toMatchObject({ code: "SYG-CANCELLED" });
  });

  it("refuses us: the docker group, or rootless", () => {
    const denied = Object.assign(new Error("connect EACCES /s"), { code: "EACCES" });
    const endpoint = { kind: "socket", path: "/s", from: "found" } as const;
    expect(engineFailure(denied, "x", endpoint)).toMatchObject({
      code: "SYG-ENGINE-PERMISSION",
      next: expect.stringMatching(/docker group.*rootless/),
    });
  });
});

import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import {
  clientEnvironment,
  type EndpointSources,
  engineEndpoint,
} from "../../../../extension/core/container/engine-socket.ts";

const home = "/home/ada";

/** A machine with these variables, files (text) and sockets. */
function machine(
  environment: Record<string, string>,
  files: Record<string, string> = {},
  sockets: readonly string[] = [],
  platform: NodeJS.Platform = "linux",
): EndpointSources {
  return {
    environment,
    platform,
    home,
    uid: 1000,
    exists: (file) => file in files || sockets.includes(file),
    read: (file) => files[file],
  };
}

function contextFiles(
  name: string,
  host: string,
  more: Record<string, string> = {},
  folder = `${home}/.docker`,
) {
  const id = createHash("sha256").update(name).digest("hex");
  return {
    [`${folder}/config.json`]: JSON.stringify({ currentContext: name, auths: {} }),
    [`${folder}/contexts/meta/${id}/meta.json`]: JSON.stringify({
      Name: name,
      Metadata: { Description: "x" },
      Endpoints: { docker: { Host: host, SkipTLSVerify: false } },
    }),
    ...Object.fromEntries(
      Object.entries(more).map(([file, text]) => [`${folder}/contexts/tls/${id}/docker/${file}`, text]),
    ),
  };
}

describe("DOCKER_HOST", () => {
  it.each([
    ["unix:///run/user/1000/docker.sock", { kind: "socket", path: "/run/user/1000/docker.sock" }],
    ["unix://", { kind: "socket", path: "/var/run/docker.sock" }],
    ["npipe:////./pipe/docker_engine", { kind: "socket", path: "//./pipe/docker_engine" }],
    ["tcp://build:2375", { kind: "tcp", host: "build", port: 2375, tls: undefined }],
    ["tcp://build", { kind: "tcp", host: "build", port: 2375, tls: undefined }],
    ["build:4000", { kind: "tcp", host: "build", port: 4000, tls: undefined }],
    ["tcp://[::1]:2375", { kind: "tcp", host: "[::1]", port: 2375, tls: undefined }],
    ["http://10.0.0.1:80", { kind: "tcp", host: "10.0.0.1", port: 80, tls: undefined }],
    ["https://build", { kind: "tcp", host: "build", port: 2376, tls: { folder: undefined, verify: true } }],
    [
      "tcp://build:2376",
      { kind: "tcp", host: "build", port: 2376, tls: { folder: undefined, verify: true } },
    ],
  ])("%s", (host, expected) => {
    expect(engineEndpoint(machine({ DOCKER_HOST: host }))).toEqual({ ...expected, from: "DOCKER_HOST" });
  });

  it("takes the certificates from DOCKER_CERT_PATH", () => {
    const environment = { DOCKER_HOST: "tcp://b:1", DOCKER_CERT_PATH: "/certs", DOCKER_TLS_VERIFY: "1" };
    expect(engineEndpoint(machine(environment))).toMatchObject({ tls: { folder: "/certs", verify: true } });
    const { DOCKER_TLS_VERIFY: _, ...unverified } = environment;
    expect(engineEndpoint(machine(unverified))).toMatchObject({ tls: { folder: "/certs", verify: false } });
  });

  it("refuses an engine behind ssh, with the way out", () => {
    expect(() => engineEndpoint(machine({ DOCKER_HOST: "ssh://ada@cluster" }))).toThrow(
      expect.objectContaining({ code: "SYG-ENGINE-REMOTE", next: expect.stringContaining("Remote-SSH") }),
    );
  });

  it.each(["fd://", "tcp://", "tcp://a b", "tcp://host:port", "gopher://x"])("refuses %s", (host) => {
    expect(() => engineEndpoint(machine({ DOCKER_HOST: host }))).toThrow(
      expect.objectContaining({ code: "SYG-ENGINE-MISSING", message: expect.stringContaining(host) }),
    );
  });

  it("counts as not set when empty", () => {
    expect(engineEndpoint(machine({ DOCKER_HOST: "" }))).toMatchObject({ from: "found" });
  });
});

describe("docker contexts", () => {
  it("follows currentContext", () => {
    const files = contextFiles("desktop-linux", "unix:///home/ada/.docker/desktop/docker.sock");
    expect(engineEndpoint(machine({}, files))).toEqual({
      kind: "socket",
      path: "/home/ada/.docker/desktop/docker.sock",
      from: "docker context desktop-linux",
    });
  });

  it("prefers DOCKER_CONTEXT, and DOCKER_HOST to both", () => {
    const files = { ...contextFiles("b", "tcp://b:1"), ...contextFiles("a", "tcp://a:1") };
    expect(engineEndpoint(machine({}, files))).toMatchObject({ host: "a" });
    expect(engineEndpoint(machine({ DOCKER_CONTEXT: "b" }, files))).toMatchObject({ host: "b" });
    expect(engineEndpoint(machine({ DOCKER_CONTEXT: "b", DOCKER_HOST: "tcp://c:1" }, files))).toMatchObject({
      host: "c",
    });
  });

  it("takes a context's certificates", () => {
    const files = contextFiles("tls", "tcp://b:2376", { "ca.pem": "x" });
    const id = createHash("sha256").update("tls").digest("hex");
    expect(engineEndpoint(machine({}, files))).toMatchObject({
      tls: { folder: `${home}/.docker/contexts/tls/${id}/docker`, verify: true },
    });
  });

  it("reads DOCKER_CONFIG's folder", () => {
    const files = contextFiles("a", "tcp://a:1", {}, "/etc/dock");
    expect(engineEndpoint(machine({ DOCKER_CONFIG: "/etc/dock" }, files))).toMatchObject({ host: "a" });
  });

  it("ignores the default context and a config.json that is none", () => {
    for (const text of ['{"currentContext":"default"}', "{", "[]", "{}"]) {
      expect(engineEndpoint(machine({}, { [`${home}/.docker/config.json`]: text }))).toMatchObject({
        from: "found",
      });
    }
  });

  it("refuses a context over ssh and one that is not there", () => {
    expect(() => engineEndpoint(machine({}, contextFiles("far", "ssh://ada@cluster")))).toThrow(
      expect.objectContaining({ code: "SYG-ENGINE-REMOTE", message: expect.stringContaining("context far") }),
    );
    expect(() => engineEndpoint(machine({ DOCKER_CONTEXT: "gone" }))).toThrow(
      expect.objectContaining({ code: "SYG-ENGINE-MISSING", message: expect.stringContaining("gone") }),
    );
  });
});

describe("sockets", () => {
  const inOrder = [
    "/var/run/docker.sock",
    "/run/user/7/docker.sock",
    "/home/ada/.docker/run/docker.sock",
    "/run/user/7/podman/podman.sock",
    "/run/podman/podman.sock",
  ];
  it.each(inOrder.map((file, index) => [file, index] as const))("finds %s", (file, index) => {
    const found = engineEndpoint(machine({ XDG_RUNTIME_DIR: "/run/user/7" }, {}, inOrder.slice(index)));
    expect(found).toEqual({ kind: "socket", path: file, from: "found" });
  });

  it("looks below /run/user without XDG_RUNTIME_DIR", () => {
    expect(engineEndpoint(machine({}, {}, ["/run/user/1000/docker.sock"]))).toMatchObject({
      path: "/run/user/1000/docker.sock",
    });
  });

  it("names the default where there is none, so that the first call says what is missing", () => {
    expect(engineEndpoint(machine({}))).toMatchObject({ path: "/var/run/docker.sock" });
    expect(engineEndpoint(machine({}, {}, [], "win32"))).toMatchObject({ path: "//./pipe/docker_engine" });
  });
});

describe("a docker client's environment", () => {
  it("names a socket that the client would not find", () => {
    const found = engineEndpoint(machine({}, {}, ["/run/podman/podman.sock"]));
    expect(clientEnvironment(found)).toEqual({ DOCKER_HOST: "unix:///run/podman/podman.sock" });
  });

  it("says nothing where the client finds the same", () => {
    expect(clientEnvironment(engineEndpoint(machine({})))).toEqual({});
    expect(clientEnvironment(engineEndpoint(machine({ DOCKER_HOST: "unix:///x.sock" })))).toEqual({});
    expect(clientEnvironment(engineEndpoint(machine({ DOCKER_HOST: "tcp://x:1" })))).toEqual({});
  });
});

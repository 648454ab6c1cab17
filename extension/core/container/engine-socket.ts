import path from "node:path";
import { SygaldryError } from "../base/errors.ts";
import { contextEndpoint, contextName } from "./engine-context.ts";

/** Where a container engine listens. */
export type EngineEndpoint = SocketEndpoint | TcpEndpoint;

interface SocketEndpoint {
  readonly kind: "socket";
  /** A Unix socket, or a Windows named pipe. */
  readonly path: string;
  readonly from: EndpointOrigin;
}

export interface TcpEndpoint {
  readonly kind: "tcp";
  readonly host: string;
  readonly port: number;
  /** Undefined: plain HTTP. */
  readonly tls: TlsFiles | undefined;
  readonly from: EndpointOrigin;
}

/** What named an endpoint. A docker client finds the first two by itself, and a "found" one only at the default path. */
type EndpointOrigin = "DOCKER_HOST" | `docker context ${string}` | "found";

export interface TlsFiles {
  /** Holds ca.pem, cert.pem and key.pem; undefined: the system's own certificates. */
  readonly folder: string | undefined;
  /** False: the server's certificate is not checked. */
  readonly verify: boolean;
}

/** What finding the engine looks at. */
export interface EndpointSources {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly platform: NodeJS.Platform;
  readonly home: string;
  /** Stands in for XDG_RUNTIME_DIR where that is not set. */
  readonly uid: number;
  exists(file: string): boolean;
  /** Undefined when the file cannot be read. */
  read(file: string): string | undefined;
}

/**
 * The engine that a `docker` command here would talk to: DOCKER_HOST, else the current docker context, else the first
 * socket that exists of Docker (system-wide, rootless, Docker Desktop) and Podman (rootless, system-wide), else the
 * default one. Throws SYG-ENGINE-REMOTE for an engine behind ssh, SYG-ENGINE-MISSING for an address that is none.
 */
export function engineEndpoint(sources: EndpointSources): EngineEndpoint {
  const { environment } = sources;
  const host = environment["DOCKER_HOST"];
  if (host) return parseHost(host, "DOCKER_HOST", environmentTls(environment));
  const context = contextName(sources);
  if (context !== undefined) {
    const { host: named, tls } = contextEndpoint(context, sources);
    return parseHost(named, `docker context ${context}`, tls);
  }
  if (sources.platform === "win32") return { kind: "socket", path: defaultPipe, from: "found" };
  const found = candidates(sources).find((file) => sources.exists(file));
  return { kind: "socket", path: found ?? defaultSocket, from: "found" };
}

/**
 * What a docker client needs in its environment to reach this very endpoint. Empty where it finds it by itself, from
 * the environment and files that `engineEndpoint` read.
 */
export function clientEnvironment(endpoint: EngineEndpoint): { readonly DOCKER_HOST?: string } {
  if (endpoint.kind === "tcp" || endpoint.from !== "found" || endpoint.path === defaultSocket) return {};
  return { DOCKER_HOST: `${/^[\\/]{2}\./.test(endpoint.path) ? "npipe" : "unix"}://${endpoint.path}` };
}

const defaultSocket = "/var/run/docker.sock";
const defaultPipe = "//./pipe/docker_engine";

function candidates({ environment, home, uid }: EndpointSources): string[] {
  const runtime = environment["XDG_RUNTIME_DIR"] || `/run/user/${uid}`;
  return [
    defaultSocket,
    path.posix.join(runtime, "docker.sock"),
    path.posix.join(home, ".docker/run/docker.sock"),
    path.posix.join(runtime, "podman/podman.sock"),
    "/run/podman/podman.sock",
  ];
}

function parseHost(host: string, from: EndpointOrigin, tls: TlsFiles | undefined): EngineEndpoint {
  const [, scheme = "tcp", rest = ""] = /^(?:([a-z][a-z0-9+.-]*):\/\/)?(.*)$/is.exec(host) ?? [];
  switch (scheme.toLowerCase()) {
    case "unix":
      return { kind: "socket", path: rest || defaultSocket, from };
    case "npipe":
      return { kind: "socket", path: rest || defaultPipe, from };
    case "tcp":
    case "http":
      return tcp(host, rest, from, tls);
    case "https":
      return tcp(host, rest, from, tls ?? { folder: undefined, verify: true });
    case "ssh":
      throw remote(host, from);
    default:
      throw unusable(host, from);
  }
}

function tcp(host: string, address: string, from: EndpointOrigin, tls: TlsFiles | undefined): TcpEndpoint {
  const [, name, port] = /^(\[[0-9a-f:]+\]|[^:/?#[\]\s]+)(?::(\d+))?\/?$/i.exec(address) ?? [];
  if (name === undefined) throw unusable(host, from);
  return {
    kind: "tcp",
    host: name,
    port: Number(port ?? (tls === undefined ? 2375 : 2376)),
    // The port that is Docker's for TLS, as docker-modem takes it.
    tls: tls ?? (port === "2376" ? { folder: undefined, verify: true } : undefined),
    from,
  };
}

/** DOCKER_TLS_VERIFY switches TLS with checking on, DOCKER_CERT_PATH says where the certificates are. */
function environmentTls(environment: EndpointSources["environment"]): TlsFiles | undefined {
  const folder = environment["DOCKER_CERT_PATH"] || undefined;
  const verify = Boolean(environment["DOCKER_TLS_VERIFY"]);
  return folder === undefined && !verify ? undefined : { folder, verify };
}

function remote(host: string, from: EndpointOrigin): SygaldryError {
  return new SygaldryError("SYG-ENGINE-REMOTE", `${from} names an engine on another machine: ${host}`, {
    next:
      "The container mounts folders of the engine's own machine, so the engine must be local: open the repository on " +
      "that machine with VS Code Remote-SSH, or unset DOCKER_HOST (`docker context use default`).",
    data: { host, from },
  });
}

function unusable(host: string, from: EndpointOrigin): SygaldryError {
  return new SygaldryError("SYG-ENGINE-MISSING", `${from} is no address of a container engine: ${host}`, {
    next: "Set it to unix:///path/to/docker.sock or tcp://host:port, or unset it.",
    data: { host, from },
  });
}

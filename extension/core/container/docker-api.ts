import { readFileSync } from "node:fs";
import { type AgentOptions, Agent as HttpAgent } from "node:http";
import { Agent } from "node:https";
import path from "node:path";
import { Duplex, Readable } from "node:stream";
import Docker from "dockerode";
import { messageOf, SygaldryError } from "../base/errors.ts";
import { parseJson } from "./engine-answers.ts";
import { certificatesNext, engineFailure } from "./engine-failures.ts";
import type { EngineEndpoint, TcpEndpoint } from "./engine-socket.ts";

/** One call of the Docker Engine API. */
interface ApiCall {
  readonly method: "GET" | "POST" | "DELETE";
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | boolean | object>>;
  readonly body?: object;
  readonly signal?: AbortSignal | undefined;
  /** What is being done, as a clause for errors: "starting container x". */
  readonly doing: string;
}

export interface DockerApi {
  readonly endpoint: EngineEndpoint;
  /** The answer parsed as JSON; undefined when it has no body. Undefined too for a 404 with `missing: "undefined"`. */
  json(call: ApiCall, missing?: "undefined"): Promise<unknown>;
  /** The answer's body as it comes. */
  stream(call: ApiCall): Promise<Readable>;
  /** Both directions of the connection, after the engine switched protocols. */
  hijack(call: ApiCall): Promise<Duplex>;
}

/**
 * The API over dockerode's modem, which knows sockets, pipes and TLS. Bodies are read here, not by dockerode: its own
 * reading never settles when the engine goes away in the middle of an answer.
 */
export function dockerApi(endpoint: EngineEndpoint): DockerApi {
  let docker: Docker | undefined;
  const dial = (call: ApiCall, hijack: boolean) => {
    docker ??= connect(endpoint);
    return send(docker, call, hijack);
  };
  return {
    endpoint,
    async json(call, missing) {
      try {
        const body = await textOf(await dial(call, false));
        return body === "" ? undefined : parseJson(body);
      } catch (error) {
        if (missing === "undefined" && statusOf(error) === 404) return undefined;
        throw engineFailure(error, call.doing, endpoint);
      }
    },
    async stream(call) {
      try {
        return readable(await dial(call, false), call);
      } catch (error) {
        throw engineFailure(error, call.doing, endpoint);
      }
    },
    async hijack(call) {
      try {
        const socket = await dial(call, true);
        if (socket instanceof Duplex) return socket;
        throw new SygaldryError(
          "SYG-ENGINE",
          `${call.doing} failed: the engine did not open a two-way connection`,
        );
      } catch (error) {
        throw engineFailure(error, call.doing, endpoint);
      }
    },
  };
}

/** Every option is given, undefined ones too: dockerode fills gaps from DOCKER_HOST. */
function connect(endpoint: EngineEndpoint): Docker {
  return endpoint.kind === "socket"
    ? new Docker({
        ...{ socketPath: endpoint.path, host: undefined, port: undefined, protocol: "http" },
        ...{ agent: socketAgent() },
      })
    : new Docker(tcpOptions(endpoint));
}

/** Without a server name Node works one out for every request, for TLS that a socket does not have; it takes 2 ms. */
function socketAgent(): HttpAgent {
  const options: AgentOptions & { readonly servername: string } = { servername: "" };
  return new HttpAgent(options);
}

function tcpOptions({ host, port, tls }: TcpEndpoint): Docker.DockerOptions {
  const protocol = tls === undefined ? "http" : "https";
  return {
    ...{ socketPath: undefined, host: `${protocol}://${host}`, port, protocol },
    ...certificates(tls?.folder),
    // dockerode hands it to docker-modem; only its types lack it.
    ...{ agent: tls?.verify === false ? new Agent({ rejectUnauthorized: false }) : undefined },
  };
}

function certificates(folder: string | undefined): Pick<Docker.DockerOptions, "ca" | "cert" | "key"> {
  if (folder === undefined) return { ca: undefined, cert: undefined, key: undefined };
  const read = (name: string) => readFileSync(path.join(folder, name));
  try {
    return { ca: read("ca.pem"), cert: read("cert.pem"), key: read("key.pem") };
  } catch (cause) {
    throw new SygaldryError(
      "SYG-ENGINE-MISSING",
      `the engine's certificates cannot be read: ${messageOf(cause)}`,
      {
        next: certificatesNext,
        cause,
      },
    );
  }
}

const accepted = { 101: true, 200: true, 201: true, 204: true, 304: true };

function send(docker: Docker, call: ApiCall, hijack: boolean): Promise<unknown> {
  return new Promise((resolve, reject) => {
    docker.modem.dial(
      {
        method: call.method,
        // docker-modem appends the query only to a path that ends in a question mark.
        path: `${call.path}?`,
        options: { _query: call.query ?? {}, _body: call.body ?? {} },
        isStream: true,
        hijack,
        statusCodes: accepted,
        ...(call.signal === undefined ? {} : { abortSignal: call.signal }),
      },
      (error: unknown, answer: unknown) => (error ? reject(error) : resolve(answer)),
    );
  });
}

async function textOf(answer: unknown): Promise<string> {
  if (!(answer instanceof Readable)) return "";
  const chunks: Buffer[] = [];
  for await (const chunk of answer) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

function readable(answer: unknown, call: ApiCall): Readable {
  if (answer instanceof Readable) return answer;
  throw new SygaldryError("SYG-ENGINE", `${call.doing} failed: the engine sent no stream`);
}

function statusOf(error: unknown): number | undefined {
  if (!(error instanceof Error) || !("statusCode" in error)) return undefined;
  return typeof error.statusCode === "number" ? error.statusCode : undefined;
}

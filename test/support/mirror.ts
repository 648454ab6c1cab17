import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { setInterval } from "node:timers/promises";

/**
 * How the mirror answers: as it should; with other bytes of the same length; 404; 500; in small pieces with pauses;
 * breaking the connection after half of the body; never.
 */
type Mode = "ok" | "wrong" | "missing" | "error" | "slow" | "cut" | "hang";

interface SeenRequest {
  readonly method: string;
  /** The Range header as sent. */
  readonly range: string | undefined;
}

export interface Mirror extends AsyncDisposable {
  /** `http://host:port`, without a slash at the end. */
  readonly origin: string;
  /** Serves `body` at `path`; one mode for each request in turn, the last one for all that follow. */
  serve(path: string, body: string | Uint8Array, ...modes: readonly Mode[]): void;
  /** The requests for `path` so far, HEAD included, whether or not something is served there. */
  requests(path: string): readonly SeenRequest[];
  /** Ends all connections, hanging ones too. */
  close(): Promise<void>;
}

interface Served {
  readonly body: Buffer;
  readonly modes: readonly Mode[];
  answered: number;
}

/**
 * An HTTP server for stand-in archives. Give `bridgeGateway()` as host when containers or `docker build` must reach
 * it; the default serves this machine alone.
 */
export async function startMirror(host = "127.0.0.1"): Promise<Mirror> {
  const served = new Map<string, Served>();
  const seen = new Map<string, SeenRequest[]>();
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? "/", "http://mirror").pathname;
    const requests = seen.get(path) ?? [];
    seen.set(path, [...requests, { method: request.method ?? "", range: request.headers.range }]);
    void answer(served.get(path), request, response);
  });
  const port = await listen(server, host);
  const close = () => closeAll(server);
  return {
    origin: `http://${host}:${port}`,
    serve: (path, body, ...modes) => {
      served.set(path, { body: Buffer.from(body), modes: modes.length === 0 ? ["ok"] : modes, answered: 0 });
    },
    requests: (path) => seen.get(path) ?? [],
    close,
    [Symbol.asyncDispose]: close,
  };
}

async function answer(
  served: Served | undefined,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (served === undefined) return refuse(response, 404);
  const mode = served.modes[Math.min(served.answered, served.modes.length - 1)] ?? "ok";
  served.answered += 1;
  if (mode === "missing") refuse(response, 404);
  else if (mode === "error") refuse(response, 500);
  else if (mode !== "hang") await send(mode, served.body, request, response);
}

function refuse(response: ServerResponse, status: number): void {
  response.writeHead(status, { "content-type": "text/plain" }).end(`${status}\n`);
}

async function send(
  mode: "ok" | "wrong" | "slow" | "cut",
  whole: Buffer,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const range = rangeOf(request.headers.range, whole.length);
  if (range === "unsatisfiable") {
    response.writeHead(416, { "content-range": `bytes */${whole.length}` }).end();
    return;
  }
  const { start, end } = range ?? { start: 0, end: whole.length };
  const body = (mode === "wrong" ? whole.map((byte) => byte ^ 0xff) : whole).subarray(start, end);
  response.writeHead(range === undefined ? 200 : 206, {
    "content-type": "application/octet-stream",
    "content-length": body.length,
    "accept-ranges": "bytes",
    ...(range === undefined ? {} : { "content-range": `bytes ${start}-${end - 1}/${whole.length}` }),
  });
  if (request.method === "HEAD") response.end();
  else if (mode === "slow") await drip(body, response);
  else if (mode === "cut")
    response.write(body.subarray(0, Math.ceil(body.length / 2)), () => response.destroy());
  else response.end(body);
}

/** 20 pieces, one every 100 ms, for as long as somebody listens. */
async function drip(body: Uint8Array, response: ServerResponse): Promise<void> {
  const piece = Math.max(1, Math.ceil(body.length / 20));
  let sent = 0;
  for await (const _ of setInterval(100)) {
    if (response.destroyed || sent >= body.length) break;
    response.write(body.subarray(sent, sent + piece));
    sent += piece;
  }
  response.end();
}

/** The one range that a Range header asks for, `end` exclusive; undefined when the whole is asked for. */
function rangeOf(
  header: string | undefined,
  length: number,
): { readonly start: number; readonly end: number } | "unsatisfiable" | undefined {
  const [, first = "", last = ""] = /^bytes=(\d*)-(\d*)$/.exec(header ?? "") ?? [];
  if (first === "" && last === "") return undefined;
  const start = first === "" ? Math.max(0, length - Number(last)) : Number(first);
  const end = first === "" || last === "" ? length : Math.min(length, Number(last) + 1);
  return start < end ? { start, end } : "unsatisfiable";
}

function listen(server: Server, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, host, () => {
      const address = server.address();
      if (address === null || typeof address === "string") reject(new Error("the mirror has no port"));
      else resolve(address.port);
    });
  });
}

function closeAll(server: Server): Promise<void> {
  return new Promise((resolve) => {
    // The error says that it was closed before.
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

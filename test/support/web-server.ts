import { readFileSync, statSync } from "node:fs";
import { createServer, type IncomingMessage, type RequestListener, type Server } from "node:http";
import path from "node:path";

export interface WebServer extends AsyncDisposable {
  /** `http://127.0.0.1:port`, without a slash at the end. */
  readonly origin: string;
  /** Method and path of every request so far. */
  readonly requests: readonly string[];
}

/** A web server on a free port of this machine alone. */
export async function startWebServer(answer: RequestListener): Promise<WebServer> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url}`);
    answer(request, response);
  });
  const port = await listen(server);
  return {
    origin: `http://127.0.0.1:${port}`,
    requests,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Serves the files of a folder, 404 for what is not there. */
export function serveFolder(folder: string): RequestListener {
  return (request, response) => {
    const file = path.join(folder, decodeURIComponent(pathOf(request)));
    const isFile = statSync(file, { throwIfNoEntry: false })?.isFile() === true;
    response.statusCode = isFile ? 200 : 404;
    response.end(isFile && request.method === "GET" ? readFileSync(file) : undefined);
  };
}

export function pathOf(request: IncomingMessage): string {
  return new URL(request.url ?? "/", "http://server").pathname;
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      if (address === null || typeof address === "string") reject(new Error("no port"));
      else resolve(address.port);
    });
  });
}

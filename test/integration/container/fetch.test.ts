import { createHash } from "node:crypto";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { type Outcome, repository, run, temporaryFolder } from "./support.ts";

const script = path.join(repository, "container/image/fetch.sh");
const content = Buffer.alloc(300_000, "sygaldry ");
const sum = createHash("sha256").update(content).digest("hex");

describe("fetch.sh (integration)", () => {
  it("downloads a file whole", async () => {
    const server = await serve((_, response) => response.end(content));
    const { outcome, files, text } = await fetchFrom(`${server.origin}/tool.tar.gz`);
    expect(outcome).toEqual({ code: 0, stdout: "", stderr: "" });
    expect(files).toEqual(["tool"]);
    expect(text.equals(content)).toBe(true);
  });

  it("takes the checksum in capitals, and follows redirects", async () => {
    const server = await serve((request, response) => {
      if (request.url === "/a") response.writeHead(302, { location: "/b" }).end();
      else response.end(content);
    });
    const { outcome } = await fetchFrom(`${server.origin}/a`, { sum: sum.toUpperCase() });
    expect(outcome.code).toBe(0);
  });

  it("asks nobody when the right file is there", async () => {
    const server = await serve((_, response) => response.end(content));
    const folder = await temporaryFolder();
    const dest = path.join(folder, "tool");
    await writeFile(dest, content);
    expect((await run(script, [`${server.origin}/tool`, sum, dest])).code).toBe(0);
    expect(server.requests).toEqual([]);
  });

  it("takes an empty file", async () => {
    const server = await serve((_, response) => response.end());
    const empty = createHash("sha256").digest("hex");
    expect((await fetchFrom(`${server.origin}/empty`, { sum: empty })).outcome.code).toBe(0);
  });

  it("says what came instead of the pinned file, and keeps nothing of it", async () => {
    const server = await serve((_, response) => response.end("<!DOCTYPE html><title>Log in</title>"));
    const { outcome, files } = await fetchFrom(`${server.origin}/tool`, {
      env: { SYGALDRY_FETCH_MIRROR: "mirrors.bazel" },
    });
    const came = createHash("sha256").update("<!DOCTYPE html><title>Log in</title>").digest("hex");
    expect(outcome.code).toBe(13);
    expect(outcome.stderr.replaceAll(server.origin, "ORIGIN")).toBe(
      [
        "sygaldry: error[SYG-FETCH-CHECKSUM]: ORIGIN/tool is not the file that was pinned",
        `  expected: sha256 ${sum}`,
        `  came:     sha256 ${came} (36 bytes, a web page: a log-in page of a proxy?)`,
        "  next: the server or mirror serves another file under this name: correct mirrors.bazel in sygaldry.yaml, or pin",
        "        this checksum if you know that the file is right",
        "",
      ].join("\n"),
    );
    expect(files).toEqual([]);
    expect(server.requests.length).toBe(1);
  });

  it("says that the file is missing, without trying again", async () => {
    const server = await serve((_, response) => response.writeHead(404).end("no"));
    const { outcome, files } = await fetchFrom(`${server.origin}/tool`);
    expect(outcome.code).toBe(11);
    expect(outcome.stderr).toContain(
      `sygaldry: error[SYG-FETCH-MISSING]: the server answers 404 for ${server.origin}/tool\n`,
    );
    expect(files).toEqual([]);
    expect(server.requests.length).toBe(1);
  });

  it("tries again when the server is busy", async () => {
    const server = await serve((_, response) => {
      if (server.requests.length < 3) response.writeHead(503).end();
      else response.end(content);
    });
    const { outcome } = await fetchFrom(`${server.origin}/tool`);
    expect(outcome.code).toBe(0);
    expect(server.requests.length).toBe(3);
  });

  it("says that nothing can be reached", async () => {
    const server = await serve(() => undefined);
    await server.close();
    const { outcome, files } = await fetchFrom(`${server.origin}/tool`);
    expect(outcome.code).toBe(10);
    expect(outcome.stderr).toContain(`error[SYG-FETCH-UNREACHABLE]: cannot download ${server.origin}/tool\n`);
    expect(outcome.stderr).toContain("(attempts: 3)");
    expect(files).toEqual([]);
  });

  it("says that a server refuses", async () => {
    const server = await serve((_, response) => response.writeHead(403).end());
    const { outcome } = await fetchFrom(`${server.origin}/tool`);
    expect(outcome.code).toBe(10);
    expect(outcome.stderr).toContain("came: the server answers 403 (attempts: 1)");
  });

  it("resumes a transfer that was cut off", async () => {
    const server = await serve((request, response) => sendPart(request, response, 100_000));
    const { outcome, text } = await fetchFrom(`${server.origin}/tool`);
    expect(outcome.code).toBe(0);
    expect(text.equals(content)).toBe(true);
    expect(server.requests.map((request) => request.headers.range)).toEqual([
      undefined,
      "bytes=100000-",
      "bytes=200000-",
    ]);
  });

  it("starts again where the server cannot resume", async () => {
    const server = await serve((_, response) => {
      response.writeHead(200, { "content-length": content.length });
      if (server.requests.length === 1) response.write(content.subarray(0, 1000), () => response.destroy());
      else response.end(content);
    });
    const { outcome, text } = await fetchFrom(`${server.origin}/tool`);
    expect(outcome.code, outcome.stderr).toBe(0);
    expect(text.equals(content)).toBe(true);
  });

  it("fetches anew when the file changed between two parts", async () => {
    const server = await serve((request, response) => {
      if (server.requests.length === 1) {
        response.writeHead(200, { "content-length": content.length });
        response.write(Buffer.alloc(1000, "older"), () => response.destroy());
      } else sendPart(request, response, content.length);
    });
    const { outcome, text } = await fetchFrom(`${server.origin}/tool`);
    expect(outcome.code, outcome.stderr).toBe(0);
    expect(text.equals(content)).toBe(true);
  });

  it("gives up on a transfer that is cut off every time", async () => {
    const server = await serve((request, response) => sendPart(request, response, 1000));
    const { outcome, files } = await fetchFrom(`${server.origin}/tool`);
    expect(outcome.code).toBe(12);
    expect(outcome.stderr).toContain(
      `error[SYG-FETCH-CUT]: the transfer never completed: ${server.origin}/tool\n`,
    );
    expect(outcome.stderr).toContain("cut off after 3000 bytes");
    expect(files).toEqual([]);
  });

  it("gives up on a transfer that stalls", async () => {
    const server = await serve((_, response) => {
      response.writeHead(200, { "content-length": content.length });
      response.write(content.subarray(0, 10));
    });
    const { outcome, files } = await fetchFrom(`${server.origin}/tool`, {
      env: { SYGALDRY_FETCH_TRIES: "1" },
    });
    expect(outcome.code).toBe(12);
    expect(outcome.stderr).toContain("cut off after 10 bytes");
    expect(files).toEqual([]);
  });

  it("uses the credentials of the URL and never shows them", async () => {
    const expected = `Basic ${Buffer.from("me:p@ss").toString("base64")}`;
    const server = await serve((request, response) => {
      if (request.headers.authorization !== expected) response.writeHead(401).end();
      else response.end(request.url?.startsWith("/right") ? content : "wrong");
    });
    const withCredentials = server.origin.replace("://", "://me:p%40ss@");
    const right = await fetchFrom(`${withCredentials}/right?token=t0ken`);
    expect(right.outcome.code).toBe(0);
    const outcomes = [right.outcome];
    outcomes.push((await fetchFrom(`${withCredentials}/wrong?token=t0ken`)).outcome);
    await server.close();
    outcomes.push((await fetchFrom(`${withCredentials}/right?token=t0ken`)).outcome);
    expect(outcomes.map(({ code }) => code)).toEqual([0, 13, 10]);
    for (const { stdout, stderr } of outcomes) expect(stdout + stderr).not.toMatch(/me:p|p%40ss|p@ss|t0ken/);
  });

  it.each([
    { why: "another scheme", args: ["file:///etc/passwd", sum, "/tmp/x"] },
    { why: "a short checksum", args: ["http://localhost/", "abc", "/tmp/x"] },
    { why: "a quote in the URL", args: ['http://localhost/"', sum, "/tmp/x"] },
    { why: "a newline in the URL", args: ["http://localhost/\noutput = x", sum, "/tmp/x"] },
    { why: "a folder as DEST", args: ["http://localhost/", sum, "/tmp"] },
    { why: "no DEST", args: ["http://localhost/", sum] },
  ])("refuses $why", async ({ args }) => {
    const outcome = await run(script, args);
    expect(outcome.code).toBe(2);
    expect(outcome.stderr).toContain("usage: fetch.sh URL SHA256 DEST");
  });
});

interface Server {
  readonly origin: string;
  readonly requests: IncomingMessage[];
  readonly close: () => Promise<void>;
}

async function serve(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<Server> {
  const requests: IncomingMessage[] = [];
  const http = createServer((request, response) => {
    requests.push(request);
    answer(request, response);
  });
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  const close = () =>
    new Promise<void>((resolve) => {
      http.close(() => resolve());
      http.closeAllConnections();
    });
  onTestFinished(close);
  return { origin: `http://127.0.0.1:${(http.address() as AddressInfo).port}`, requests, close };
}

/** Answers as a server that can resume, but breaks off after `most` bytes. */
function sendPart(request: IncomingMessage, response: ServerResponse, most: number): void {
  const start = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? "")?.[1] ?? 0);
  const rest = content.subarray(start);
  response.writeHead(start === 0 ? 200 : 206, {
    "content-length": rest.length,
    "accept-ranges": "bytes",
    ...(start === 0 ? {} : { "content-range": `bytes ${start}-${content.length - 1}/${content.length}` }),
  });
  if (rest.length <= most) response.end(rest);
  else response.write(rest.subarray(0, most), () => response.destroy());
}

async function fetchFrom(
  url: string,
  options: { readonly sum?: string; readonly env?: Readonly<Record<string, string>> } = {},
): Promise<{ outcome: Outcome; files: string[]; text: Buffer }> {
  const folder = await temporaryFolder();
  const dest = path.join(folder, "tool");
  const env = {
    PATH: process.env["PATH"] ?? "",
    ...{ SYGALDRY_FETCH_TRIES: "3", SYGALDRY_FETCH_DELAY: "0", SYGALDRY_FETCH_STALL: "1" },
    ...options.env,
  };
  const outcome = await run(script, [url, options.sum ?? sum, dest], { env });
  const files = await readdir(folder);
  return { outcome, files, text: files.includes("tool") ? await readFile(dest) : Buffer.alloc(0) };
}

import { mkdtempSync, readFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { PassThrough, Writable } from "node:stream";
import { createServer, type Server } from "node:tls";
import { afterAll, beforeAll, expect, it } from "vitest";
import { processRunner, runChecked } from "../../../extension/core/base/process.ts";
import { dockerEngine } from "../../../extension/core/container/docker-engine.ts";
import { baseImage, removeOwn, startContainer } from "../../support/docker.ts";
import { requires } from "../../support/requirements.ts";
import { runId } from "../../support/run-id.ts";
import { testEndpoint } from "./support.ts";

requires(
  "docker",
  "base",
  "openssl",
)("an engine behind TLS (integration)", () => {
  const endpoint = testEndpoint();
  const folder = mkdtempSync(path.join(tmpdir(), `sygaldry-test-${runId}-tls-`));
  let server: Server;
  let port = 0;

  beforeAll(async () => {
    const script = `cd "$0"
      new() { openssl req -newkey rsa:2048 -nodes -keyout "$1-key.pem" -out "$1.csr" -subj "/CN=$1" 2>/dev/null; }
      sign() { openssl x509 -req -in "$1.csr" -CA ca.pem -CAkey ca-key.pem -CAcreateserial -days 2 -out "$1.pem" -extfile ext 2>/dev/null; }
      for ca in ca other; do openssl req -x509 -newkey rsa:2048 -nodes -days 2 -keyout "$ca-key.pem" -out "$ca.pem" -subj "/CN=$ca" 2>/dev/null; done
      echo 'subjectAltName=DNS:localhost,IP:127.0.0.1' >ext
      new server; sign server; new client; sign client
      for from in client stranger; do mkdir "$from"; cp client.pem "$from/cert.pem"; cp client-key.pem "$from/key.pem"; done
      cp ca.pem client/ca.pem; cp other.pem stranger/ca.pem`;
    await runChecked(processRunner, { command: "sh", args: ["-ec", script, folder] });
    const read = (name: string) => readFileSync(path.join(folder, name));
    const own = { ca: read("ca.pem"), cert: read("server.pem"), key: read("server-key.pem") };
    server = createServer({ ...own, requestCert: true, allowHalfOpen: true }, (client) => {
      const upstream = connect({
        path: endpoint.kind === "socket" ? endpoint.path : "",
        allowHalfOpen: true,
      });
      client.pipe(upstream).pipe(client);
      for (const [one, other] of [
        [client, upstream],
        [upstream, client],
      ] as const) {
        one.on("error", () => other.destroy());
      }
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    port = typeof address === "object" && address !== null ? address.port : 0;
  });
  afterAll(async () => {
    server?.close();
    removeOwn();
    await rm(folder, { recursive: true, force: true });
  });

  const engineOf = (from: string, verify = true) =>
    dockerEngine({
      ...{ kind: "tcp", host: "127.0.0.1", port, from: "DOCKER_HOST" },
      tls: { folder: path.join(folder, from), verify },
    });

  it("answers, and runs commands with their input", async () => {
    const engine = engineOf("client");
    expect(await engine.version()).toEqual(await dockerEngine(endpoint).version());
    const id = await startContainer(baseImage, ["sleep", "infinity"]);
    let said = "";
    const stdout = new Writable({
      write(chunk, _encoding, done) {
        said += chunk;
        done();
      },
    });
    const options = { user: "root", workingDirectory: "/", environment: [], tty: false, stderr: stdout };
    const stdin = PassThrough.from([Buffer.from("through tls")]);
    expect(await engine.exec(id, { ...options, argv: ["cat"], stdin, stdout })).toBe(0);
    expect(said).toBe("through tls");
  });

  it("is refused when its certificate is another authority's, unless that is not to be checked", async () => {
    await expect(engineOf("stranger").version()).rejects.toMatchObject({
      code: "SYG-ENGINE-MISSING",
      message: expect.stringContaining(`127.0.0.1:${port}`),
      next: expect.stringContaining("DOCKER_CERT_PATH"),
    });
    expect(await engineOf("stranger", false).version()).toMatchObject({ version: expect.any(String) });
    await expect(engineOf("nowhere").version()).rejects.toMatchObject({
      code: "SYG-ENGINE-MISSING",
      message: expect.stringContaining("the engine's certificates cannot be read"),
    });
  });
});

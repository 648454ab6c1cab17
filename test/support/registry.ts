import { type ChildProcess, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { runId } from "./run-id.ts";

export interface Registry extends AsyncDisposable {
  /** `127.0.0.1:port` */
  readonly host: string;
  /** Uploads a blob to a repository; its digest. */
  pushBlob(repository: string, content: string | Uint8Array): Promise<string>;
  /** Uploads a manifest under a tag. */
  pushManifest(repository: string, tag: string, manifest: string | Uint8Array): Promise<void>;
}

/** For kvothe, whose password is tehlu; as `htpasswd -B` writes it. */
const passwords = "kvothe:$2b$04$I8dELA48wvy.NdjPA/OoRuj2PYeSjP.1VmUYPscnNbEciCb5oAzNG\n";
export const registryUser = { id: "kvothe", secret: "tehlu" } as const;

const program = "docker-registry";

/** A real registry (Debian's docker-registry) of this machine alone, empty, with a password when `locked`. */
export async function startRegistry({ locked = false } = {}): Promise<Registry> {
  const folder = await mkdtemp(path.join(tmpdir(), `sygaldry-test-${runId}-`));
  const host = `127.0.0.1:${await freePort()}`;
  const htpasswd = path.join(folder, "htpasswd");
  await writeFile(htpasswd, passwords);
  const settings = {
    version: "0.1",
    log: { level: "error", accesslog: { disabled: true } },
    storage: { filesystem: { rootdirectory: path.join(folder, "data") } },
    http: { addr: host },
    ...(locked && { auth: { htpasswd: { realm: "tests", path: htpasswd } } }),
  };
  const configuration = path.join(folder, "registry.yml");
  // JSON is YAML.
  await writeFile(configuration, JSON.stringify(settings));
  const child = spawn(program, ["serve", configuration], { stdio: "ignore" });
  await answering(`http://${host}/v2/`, child);
  const ask = async (what: string, init: RequestInit, expected: number) => {
    const pair = Buffer.from(`${registryUser.id}:${registryUser.secret}`).toString("base64");
    const headers = new Headers(init.headers);
    if (locked) headers.set("authorization", `Basic ${pair}`);
    const reply = await fetch(new URL(what, `http://${host}`), { ...init, headers });
    if (reply.status !== expected) throw new Error(`${what}: ${reply.status} ${await reply.text()}`);
    return reply;
  };
  return {
    host,
    pushBlob: async (repository, content) => {
      const digest = `sha256:${createHash("sha256").update(content).digest("hex")}`;
      const begun = await ask(`/v2/${repository}/blobs/uploads/`, { method: "POST" }, 202);
      const url = new URL(begun.headers.get("location") ?? "", `http://${host}`);
      url.searchParams.set("digest", digest);
      const headers = { "content-type": "application/octet-stream" };
      await ask(url.href, { method: "PUT", body: Buffer.from(content), headers }, 201);
      return digest;
    },
    pushManifest: async (repository, tag, manifest) => {
      const headers = { "content-type": "application/vnd.oci.image.manifest.v1+json" };
      const init = { method: "PUT", body: Buffer.from(manifest), headers };
      await ask(`/v2/${repository}/manifests/${tag}`, init, 201);
    },
    [Symbol.asyncDispose]: async () => {
      const ended = new Promise((resolve) => child.once("exit", resolve));
      if (child.exitCode === null && child.kill()) await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function answering(url: string, child: ChildProcess): Promise<void> {
  for (let round = 0; round < 300; round++) {
    if (child.exitCode !== null) throw new Error(`docker-registry exited with ${child.exitCode}`);
    const reply = await fetch(url).catch(() => undefined);
    if (reply !== undefined) return;
    await wait(50);
  }
  child.kill();
  throw new Error(`no registry answers at ${url}`);
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() =>
        typeof address === "object" && address !== null
          ? resolve(address.port)
          : reject(new Error("no port")),
      );
    });
  });
}

import { existsSync, readFileSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { connect, createServer, type ListenOptions, type Socket } from "node:net";
import { homedir } from "node:os";
import { type EngineEndpoint, engineEndpoint } from "../../../extension/core/container/engine-socket.ts";

/** The engine that the tests' docker command talks to. */
export function testEndpoint(): EngineEndpoint {
  return engineEndpoint({
    environment: process.env,
    platform: process.platform,
    home: homedir(),
    uid: process.getuid?.() ?? 0,
    exists: existsSync,
    read: (file) => (existsSync(file) ? readFileSync(file, "utf8") : undefined),
  });
}

export interface Proxy extends AsyncDisposable {
  /** 0 on a Unix socket. */
  readonly port: number;
  /** Goes away as a killed daemon does: every connection breaks, and nobody listens any more. */
  stop(): Promise<void>;
}

/** Listens and passes every connection on to the Unix socket `target`, half-closed ones too. */
export async function startProxy(target: string, where: ListenOptions): Promise<Proxy> {
  const open = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true }, (client) => {
    const upstream = connect({ path: target, allowHalfOpen: true });
    for (const [one, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      open.add(one);
      one.pipe(other);
      one.on("error", () => other.destroy());
      one.on("close", () => open.delete(one));
    }
  });
  await new Promise<void>((resolve) => server.listen(where, resolve));
  const address = server.address();
  const stop = async () => {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    for (const socket of open) socket.destroy();
    await closed;
  };
  let stopped: Promise<void> | undefined;
  const once = () => {
    stopped ??= stop();
    return stopped;
  };
  return {
    port: typeof address === "object" && address !== null ? address.port : 0,
    stop: once,
    [Symbol.asyncDispose]: once,
  };
}

/** The command lines of this machine's processes, those in local containers too, that hold this text. */
export async function processesWith(text: string): Promise<string[]> {
  const ids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name) && name !== String(process.pid));
  const lines = await Promise.all(
    ids.map(async (id) => {
      const line = await readFile(`/proc/${id}/cmdline`, "utf8").catch(() => "");
      return line.replaceAll("\0", " ").trim();
    }),
  );
  return lines.filter((line) => line.includes(text));
}

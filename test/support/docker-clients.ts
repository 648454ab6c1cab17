import { spawnSync } from "node:child_process";
import { accessSync, constants } from "node:fs";
import path from "node:path";

/**
 * The first docker client on PATH that can build with BuildKit when DOCKER_BUILDKIT=1: one older than 23 has it built
 * in, a newer one needs the buildx plugin. Machines have several clients; a test of BuildKit names the one it means.
 */
export function findBuildKitClient(searchPath = process.env["PATH"] ?? ""): string | undefined {
  return clientsOn(searchPath).find((client) => {
    const major = Number.parseInt(said(client, ["version", "--format", "{{.Client.Version}}"]) ?? "", 10);
    return major < 23 || said(client, ["buildx", "version"]) !== undefined;
  });
}

function clientsOn(searchPath: string): string[] {
  const candidates = searchPath.split(path.delimiter).map((folder) => path.join(folder, "docker"));
  return [...new Set(candidates)].filter((file) => {
    try {
      accessSync(file, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

function said(client: string, args: readonly string[]): string | undefined {
  const { status, stdout } = spawnSync(client, [...args], { encoding: "utf8", timeout: 20_000 });
  return status === 0 ? stdout.trim() : undefined;
}

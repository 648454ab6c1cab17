import { readTextIfExists } from "../../base/files.ts";
import type { Environment } from "../overrides.ts";
import type { HostFacts, Platform } from "./facts.ts";
import type { HostPaths } from "./host-paths.ts";

/** WSL2 is Linux whose kernel Microsoft builds; WSL_DISTRO_NAME alone would also be set in a container started there. */
export async function probePlatform(
  environment: Environment,
  paths: HostPaths,
  platform: NodeJS.Platform = process.platform,
): Promise<Platform> {
  if (platform === "darwin") return "macos";
  if (platform === "win32") return "windows";
  if (platform !== "linux") return "other";
  const kernel = await readTextIfExists(paths.kernelVersion).catch(() => undefined);
  if (kernel === undefined) return environment["WSL_DISTRO_NAME"] ? "wsl" : "linux";
  return /microsoft/i.test(kernel) ? "wsl" : "linux";
}

export function hostArch(arch: NodeJS.Architecture = process.arch): HostFacts["arch"] {
  return arch === "x64" ? "amd64" : arch === "arm64" ? "arm64" : "other";
}

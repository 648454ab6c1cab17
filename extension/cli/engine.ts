import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { dockerEngine } from "../core/container/docker-engine.ts";
import type { ContainerEngine } from "../core/container/engine.ts";
import { type EngineEndpoint, engineEndpoint } from "../core/container/engine-socket.ts";

/** The engine of this machine. */
export function createEngine(environment: NodeJS.ProcessEnv): ContainerEngine {
  return dockerEngine(findEndpoint(environment));
}

/** Where the engine of this machine listens. */
export function findEndpoint(environment: NodeJS.ProcessEnv): EngineEndpoint {
  return engineEndpoint({
    environment,
    platform: process.platform,
    home: homedir(),
    uid: process.getuid?.() ?? 0,
    exists: existsSync,
    read: readIfExists,
  });
}

function readIfExists(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}

import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { dockerEngine } from "../core/container/docker-engine.ts";
import type { ContainerEngine } from "../core/container/engine.ts";
import { engineEndpoint } from "../core/container/engine-socket.ts";

/** The engine of this machine, found when it is first asked. */
export function createEngine(environment: NodeJS.ProcessEnv): ContainerEngine {
  return dockerEngine(
    engineEndpoint({
      environment,
      platform: process.platform,
      home: homedir(),
      uid: process.getuid?.() ?? 0,
      exists: existsSync,
      read: readIfExists,
    }),
  );
}

function readIfExists(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}

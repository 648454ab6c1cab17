import { existsSync, readFileSync } from "node:fs";
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

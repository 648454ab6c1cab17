import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { SygaldryError } from "../core/base/errors.ts";
import type { Log } from "../core/base/log.ts";
import { processRunner } from "../core/base/process.ts";
import { dockerEngine } from "../core/container/docker-engine.ts";
import { clientEnvironment } from "../core/container/engine-socket.ts";
import type { Toolkit } from "../core/container/toolkit.ts";
import { findEndpoint } from "./engine.ts";

/** Wires core to this process. */
export function createToolkit(log: Log, onProgress: Toolkit["onProgress"] = () => {}): Toolkit {
  const endpoint = findEndpoint(process.env);
  return {
    runner: processRunner,
    engine: dockerEngine(endpoint),
    clientEnvironment: clientEnvironment(endpoint),
    log,
    environment: process.env,
    node: process.execPath,
    devcontainerCli,
    commandFile: __filename,
    onProgress,
  };
}

/** The devcontainers CLI: the copy beside this bundle (in the VSIX), else the npm package that this one depends on. */
function devcontainerCli(): string {
  const copy = path.join(path.dirname(__filename), "devcontainers-cli/devcontainer.js");
  if (existsSync(copy)) return copy;
  try {
    return createRequire(__filename).resolve("@devcontainers/cli/devcontainer.js");
  } catch (cause) {
    throw new SygaldryError("SYG-TOOL-MISSING", "the devcontainers CLI is not installed beside sygaldry", {
      cause,
      next: "Run this on the host; there, install sygaldry with npm, which brings it along.",
    });
  }
}

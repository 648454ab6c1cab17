import type { Log } from "../base/log.ts";
import type { ProcessRunner } from "../base/process.ts";
import type { Environment } from "../project/overrides.ts";
import type { BuildProgress } from "./build-progress.ts";
import type { ContainerEngine } from "./engine.ts";

/** What the container commands need of the outside; each entry point wires one. */
export interface Toolkit {
  readonly runner: ProcessRunner;
  readonly engine: ContainerEngine;
  readonly log: Log;
  readonly environment: Environment;
  /** What a docker client needs beside it to talk to the same engine (DOCKER_HOST). */
  readonly clientEnvironment: Environment;
  /** The Node executable that runs the devcontainers CLI. */
  readonly node: string;
  /** The devcontainers CLI's entry file. Throws SYG-TOOL-MISSING where it is not installed. */
  devcontainerCli(): string;
  /** The bundled command line, which goes into images. */
  readonly commandFile: string;
  /** The progress of a build or start, whenever it changed; its texts are not redacted. */
  readonly onProgress: (progress: BuildProgress) => void;
}

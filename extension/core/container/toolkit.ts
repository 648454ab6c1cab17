import type { Log } from "../base/log.ts";
import type { ProcessRunner } from "../base/process.ts";
import type { Environment } from "../project/overrides.ts";
import type { ContainerEngine } from "./engine.ts";

/** What the container commands need of the outside; each entry point wires one. */
export interface Toolkit {
  readonly runner: ProcessRunner;
  readonly engine: ContainerEngine;
  readonly log: Log;
  readonly environment: Environment;
  /** The Node executable that runs the devcontainers CLI. */
  readonly node: string;
  /** The devcontainers CLI's entry file. Throws SYG-TOOL-MISSING where it is not installed. */
  devcontainerCli(): string;
  /** The bundled command line, which goes into images. */
  readonly commandFile: string;
  /** Progress of a cold run, as it comes; see build-progress.ts. */
  readonly onProgress: (line: string) => void;
}

import type { Command, ProcessResult, ProcessRunner, RunOptions } from "../base/process.ts";
import type { PathTranslation } from "./paths.ts";

/**
 * Where the toolchain's commands run:
 * `inside`: this process is itself in the project's container; `container`: the running dev container, from the host;
 * `local`: this machine's own tools, where no container is configured or none is wanted.
 */
type SiteKind = "inside" | "container" | "local";

/**
 * A place where commands run. As a ProcessRunner it behaves as the one of this machine does, with two differences that
 * hold at every site: paths (the working directory, the arguments) are the site's, and a command's `env` is added to the
 * environment that commands have there (`undefined` takes a variable away) instead of replacing it.
 */
export interface Site extends ProcessRunner {
  readonly kind: SiteKind;
  readonly paths: PathTranslation;
  /**
   * Throws as ProcessRunner does, and SYG-NO-CONTAINER when the container does not run. A cancelled command has ended
   * with all it started: TERM, later KILL, wherever it ran.
   */
  run(command: Command, options?: RunOptions): Promise<ProcessResult>;
}

import path from "node:path";
import { SygaldryError } from "../../base/errors.ts";
import type { ContainerEngine, ContainerSummary, ExecOptions } from "../engine.ts";
import { labels } from "../fingerprint.ts";
import { findContainer } from "./find.ts";

export interface ExecRequest
  extends Pick<
    ExecOptions,
    "argv" | "tty" | "stdin" | "stdout" | "stderr" | "terminal" | "onStarted" | "endWith" | "kill" | "daemons"
  > {
  readonly root: string;
  /** `NAME=value`. */
  readonly environment: readonly string[];
  /** Where the caller stands on the host: below the repository it becomes the same folder of the workspace. */
  readonly hostFolder: string;
  /** Folder in the container; a relative one counts from there. */
  readonly workingDirectory?: string;
  readonly signal?: AbortSignal;
}

/**
 * Runs a command in the checkout's running container, as the container's user, and returns its exit code.
 * Throws SYG-NO-CONTAINER when none runs. Reads no configuration: the container's labels say all.
 */
export async function execInContainer(engine: ContainerEngine, request: ExecRequest): Promise<number> {
  const { root, hostFolder, signal, workingDirectory, ...rest } = request;
  const container = await runningContainer(engine, root, signal);
  const folder = folderIn(container, root, hostFolder, workingDirectory);
  return engine.exec(
    container.id,
    { ...rest, ...asItsUser(container, rest.argv), workingDirectory: folder },
    signal,
  );
}

/** The command line and the user by which commands run in a container of ours. */
export function asItsUser(
  { labels: own }: Pick<ContainerSummary, "labels">,
  argv: readonly string[],
): Pick<ExecOptions, "argv" | "user"> {
  return {
    argv: own[labels.secrets] === "env" ? [withSecrets, ...argv] : argv,
    user: own[labels.user] ?? "root",
  };
}

/** The container's folder for a caller who stands in `hostFolder`; `folder` counts from there, and is the container's. */
export function folderIn(
  container: Pick<ContainerSummary, "labels">,
  root: string,
  hostFolder: string,
  folder = ".",
): string {
  const workspace = container.labels[labels.workspace] ?? "/";
  return path.posix.resolve(workspaceFolder(workspace, root, hostFolder), folder);
}

/** Sets the secrets that are environment variables, then runs its arguments; login shells do this by themselves. */
const withSecrets = "/usr/local/lib/sygaldry/runtime/with-secrets.sh";

/** The folder of the workspace that `hostFolder` is; the workspace itself for a folder outside the repository. */
function workspaceFolder(workspace: string, root: string, hostFolder: string): string {
  const below = path.relative(root, hostFolder);
  const outside = below === ".." || below.startsWith(`..${path.sep}`) || path.isAbsolute(below);
  return outside ? workspace : path.posix.join(workspace, ...below.split(path.sep));
}

/** Throws SYG-NO-CONTAINER when none of the checkout runs. */
export async function runningContainer(
  engine: ContainerEngine,
  root: string,
  signal?: AbortSignal,
): Promise<ContainerSummary> {
  const container = await findContainer(engine, root, signal);
  if (container?.state === "running") return container;
  throw new SygaldryError(
    "SYG-NO-CONTAINER",
    container === undefined
      ? `there is no container for ${root}`
      : `the container of ${root} is ${container.state}`,
    { next: "Run `sygaldry up`.", data: { root, state: container?.state ?? "none" } },
  );
}

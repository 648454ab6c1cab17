import type { Command } from "../base/process.ts";

/** Where the devcontainers CLI is: the Node executable and its entry file. */
export interface DevcontainerCli {
  readonly node: string;
  readonly script: string;
  /** Arguments for Node itself. */
  readonly nodeArguments?: readonly string[];
}

export interface DevcontainerOptions {
  /** Absolute, as the user opened it: it becomes the label by which the container is found. */
  readonly workspaceFolder: string;
  /** Absolute; default: `.devcontainer/devcontainer.json` of the workspace folder. */
  readonly configFile?: string;
  readonly dockerPath?: string;
  /** The whole environment of the CLI, docker's included (DOCKER_HOST, DOCKER_BUILDKIT …). */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly logLevel?: "info" | "debug" | "trace";
  readonly terminal?: { readonly columns: number; readonly rows: number };
}

export interface UpOptions extends DevcontainerOptions {
  readonly removeExisting?: boolean;
  /** Build every step anew, if there is no container yet. */
  readonly noCache?: boolean;
  readonly gpuAvailability?: "all" | "detect" | "none";
  /** JSON object of names and values, for lifecycle commands. */
  readonly secretsFile?: string;
}

export interface BuildOptions extends DevcontainerOptions {
  readonly imageName: string;
  readonly noCache?: boolean;
}

export interface RunUserCommandsOptions extends DevcontainerOptions {
  readonly secretsFile?: string;
}

/** `devcontainer up`: builds what is missing, makes or starts the container, runs the lifecycle commands. */
export function upCommand(cli: DevcontainerCli, options: UpOptions): Command {
  return command(cli, options, "up", [
    ...terminalArguments(options),
    ...flag("--remove-existing-container", options.removeExisting),
    ...flag("--build-no-cache", options.noCache),
    ...value("--gpu-availability", options.gpuAvailability),
    ...value("--secrets-file", options.secretsFile),
  ]);
}

/** `devcontainer build`: the image alone, under `imageName`. */
export function buildCommand(cli: DevcontainerCli, options: BuildOptions): Command {
  return command(cli, options, "build", [
    ...value("--image-name", options.imageName),
    ...flag("--no-cache", options.noCache),
  ]);
}

/** `devcontainer read-configuration`: the configuration with its variables replaced. */
export function readConfigurationCommand(cli: DevcontainerCli, options: DevcontainerOptions): Command {
  return command(cli, options, "read-configuration", terminalArguments(options));
}

/** `devcontainer run-user-commands`: the lifecycle commands that are due in the container that runs. */
export function runUserCommandsCommand(cli: DevcontainerCli, options: RunUserCommandsOptions): Command {
  return command(cli, options, "run-user-commands", [
    ...terminalArguments(options),
    ...value("--secrets-file", options.secretsFile),
  ]);
}

function command(
  cli: DevcontainerCli,
  options: DevcontainerOptions,
  verb: string,
  more: readonly string[],
): Command {
  return {
    command: cli.node,
    args: [
      ...(cli.nodeArguments ?? []),
      cli.script,
      verb,
      ...value("--workspace-folder", options.workspaceFolder),
      ...value("--config", options.configFile),
      ...value("--docker-path", options.dockerPath),
      ...value("--log-level", options.logLevel ?? "info"),
      ...value("--log-format", "json"),
      ...more,
    ],
    cwd: options.workspaceFolder,
    env: options.environment,
  };
}

/** The CLI takes them only together, and `build` not at all. */
function terminalArguments({ terminal }: DevcontainerOptions): string[] {
  if (terminal === undefined) return [];
  return [
    ...value("--terminal-columns", String(terminal.columns)),
    ...value("--terminal-rows", String(terminal.rows)),
  ];
}

function flag(name: string, on: boolean | undefined): string[] {
  return on === true ? [name] : [];
}

function value(name: string, text: string | undefined): string[] {
  return text === undefined ? [] : [name, text];
}

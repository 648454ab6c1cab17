import {
  type Command,
  type ProcessResult,
  processRunner,
  type RunOptions,
  runChecked,
} from "../../extension/core/base/process.ts";
import { findBuildKitClient } from "./docker-clients.ts";
import { runId, testLabel, testName } from "./run-id.ts";
import { sweep } from "./sweep.ts";

/** The image that test/run.sh makes of this machine's own distribution: `requires("base")`. */
export const baseImage = "sygaldry-test-base";

/** Debian unstable with its Bazel and a C++ compiler: `requires("bazel")`. */
export const bazelImage = "sygaldry-test-bazel";

/** Put on whatever a test makes by `docker run|create|build|volume create|network create`. */
export const ownLabel: readonly string[] = ["--label", `${testLabel}=${runId}`];

export interface DockerOptions extends RunOptions, Pick<Command, "cwd" | "env" | "input"> {}

/** Runs docker; throws with the end of its stderr unless it exits 0. */
export function docker(args: readonly string[], options: DockerOptions = {}): Promise<ProcessResult> {
  return runChecked(processRunner, dockerCommand(args, options), options);
}

/** Runs docker to the end, whatever its exit code. */
export function tryDocker(args: readonly string[], options: DockerOptions = {}): Promise<ProcessResult> {
  return processRunner.run(dockerCommand(args, options), options);
}

/** Runs `argv` in a new container of `image` that is removed after; `args` are further options of `docker run`. */
export function runInImage(
  image: string,
  argv: readonly string[],
  { args = [], ...options }: DockerOptions & { readonly args?: readonly string[] } = {},
): Promise<ProcessResult> {
  const input = options.input === undefined ? [] : ["-i"];
  return tryDocker(["run", "--rm", ...input, ...ownLabel, ...args, image, ...argv], options);
}

/** Starts a container that stays until `docker rm -f` or the end of the test run; returns its id. */
export async function startContainer(
  image: string,
  argv: readonly string[],
  { args = [], ...options }: DockerOptions & { readonly args?: readonly string[] } = {},
): Promise<string> {
  const name = ["--name", testName("container")];
  const { stdout } = await docker(
    ["run", "-d", "--init", ...name, ...ownLabel, ...args, image, ...argv],
    options,
  );
  return stdout.trim();
}

export interface ImageBuild extends Omit<DockerOptions, "input"> {
  /** The text of the Dockerfile. */
  readonly dockerfile: string;
  /** The folder of the build context; none when absent. */
  readonly context?: string;
  readonly builder?: "legacy" | "buildkit";
  readonly args?: readonly string[];
}

/** Builds and returns the image's tag and the builder's output. Throws when the build fails. */
export async function buildImage(
  build: ImageBuild,
): Promise<{ readonly tag: string; readonly output: string }> {
  const tag = testName("image");
  const { dockerfile, context, builder = "legacy", args = [], ...options } = build;
  const file = context === undefined ? ["-"] : ["-f", "-", context];
  // The legacy builder keeps the container of a step that failed, and no label says whose it is.
  const tidy = builder === "legacy" ? ["--force-rm"] : [];
  const command = {
    ...dockerCommand(["build", ...tidy, "-t", tag, ...ownLabel, ...args, ...file], options),
    command: builder === "buildkit" ? (findBuildKitClient() ?? "docker") : "docker",
    env: { ...(options.env ?? process.env), DOCKER_BUILDKIT: builder === "buildkit" ? "1" : "0" },
    input: dockerfile,
  };
  const { stdout, stderr } = await runChecked(processRunner, command, options);
  return { tag, output: stdout + stderr };
}

/** Imports a root file system (tar, may be compressed) as an image of this test run; returns its tag. */
export async function importImage(tarball: string): Promise<string> {
  const tag = testName("imported");
  await docker(["import", "--change", `LABEL ${testLabel}=${runId}`, tarball, tag]);
  return tag;
}

/** The base with what Ubuntu 24.04 ships: a user `ubuntu` that holds 1000:1000. Returns the image's tag. */
export async function ubuntuLikeImage(): Promise<string> {
  const addUser = "RUN groupadd -g 1000 ubuntu && useradd -u 1000 -g 1000 -m -s /bin/bash ubuntu";
  const { tag } = await buildImage({ dockerfile: `FROM ${baseImage}\n${addUser}\n` });
  return tag;
}

/** Removes all that this test run has made in Docker and below the temporary folder. For `afterAll`. */
export function removeOwn(): void {
  sweep((run) => run === runId);
}

function dockerCommand(args: readonly string[], { cwd, env, input }: DockerOptions): Command {
  return {
    command: "docker",
    args,
    ...(cwd === undefined ? {} : { cwd }),
    ...(env === undefined ? {} : { env }),
    ...(input === undefined ? {} : { input }),
  };
}

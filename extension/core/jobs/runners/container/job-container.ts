import type { Readable, Writable } from "node:stream";

/** The dev container in which jobs run, as its engine tells of it. The entry points make it of the container's own modules. */
export interface JobContainer {
  /** The project's running container. Throws SYG-NO-CONTAINER when there is none, SYG-ENGINE-… when no engine answers. */
  current(signal?: AbortSignal): Promise<ContainerSight>;
  /** One container, whatever became of it; undefined when it was removed. Throws SYG-ENGINE-… when no engine answers. */
  inspect(id: string, signal?: AbortSignal): Promise<ContainerSight | undefined>;
  /** Runs a command in it and gives its exit code, once both streams have all that it wrote. The streams stay open. */
  exec(id: string, command: ContainerCommand, signal?: AbortSignal): Promise<number>;
}

export interface ContainerSight {
  readonly id: string;
  readonly name: string;
  readonly running: boolean;
  /** ISO 8601; changes when it is started again. */
  readonly startedAt: string | undefined;
  /** Of a container that has stopped. */
  readonly exitCode: number | undefined;
  /** The kernel ended it for want of memory. */
  readonly outOfMemory: boolean;
  /** `NAME=value`, as commands in it have it. */
  readonly environment: readonly string[];
}

interface ContainerCommand {
  readonly argv: readonly string[];
  /** In the container; undefined where it does not matter. */
  readonly cwd?: string | undefined;
  /** Added to what commands in the container have. */
  readonly env: Readonly<Record<string, string>>;
  /** Instead of the container's own user. */
  readonly user?: "root";
  readonly stdin?: Readable;
  readonly stdout: Writable;
  readonly stderr: Writable;
}

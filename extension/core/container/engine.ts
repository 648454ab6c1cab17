import type { Readable, Writable } from "node:stream";

/**
 * The container engine (Docker or Podman), as far as Sygaldry talks to it directly.
 * Implemented over dockerode by docker-engine.ts. Every call throws SYG-ENGINE-MISSING when no engine answers,
 * SYG-ENGINE-PERMISSION when the socket refuses us, SYG-ENGINE for what else the engine reports.
 */
export interface ContainerEngine {
  version(signal?: AbortSignal): Promise<EngineVersion>;
  info(signal?: AbortSignal): Promise<EngineInfo>;
  /** Containers in any state that carry all these labels (`name` or `name=value`), newest first. */
  findContainers(labels: readonly string[], signal?: AbortSignal): Promise<readonly ContainerSummary[]>;
  /** Undefined when there is no such container. */
  inspectContainer(id: string, signal?: AbortSignal): Promise<ContainerDetails | undefined>;
  /** Undefined when there is no such image here. */
  inspectImage(reference: string, signal?: AbortSignal): Promise<ImageDetails | undefined>;
  startContainer(id: string, signal?: AbortSignal): Promise<void>;
  /** Lets a paused container go on. */
  unpauseContainer(id: string, signal?: AbortSignal): Promise<void>;
  /** Asks to end, and after `seconds` ends by force; no error when it is stopped already. */
  stopContainer(id: string, seconds: number, signal?: AbortSignal): Promise<void>;
  /** Stops and removes, anonymous volumes too; no error when it is gone already. */
  removeContainer(id: string, signal?: AbortSignal): Promise<void>;
  removeImage(reference: string, signal?: AbortSignal): Promise<void>;
  removeVolume(name: string, signal?: AbortSignal): Promise<void>;
  tagImage(reference: string, name: string, signal?: AbortSignal): Promise<void>;
  /** Writes the container's own output to the streams; with `follow` until it ends or `signal` fires. */
  logs(id: string, options: LogOptions, signal?: AbortSignal): Promise<void>;
  /** Runs a command in a running container and returns its exit code. */
  exec(id: string, options: ExecOptions, signal?: AbortSignal): Promise<number>;
}

export interface EngineVersion {
  readonly version: string;
  readonly apiVersion: string;
  /** The engine's platform name; holds "Podman" for Podman. */
  readonly platform: string;
}

export interface EngineInfo {
  readonly operatingSystem: string;
  readonly storageDriver: string;
  readonly rootDirectory: string;
  readonly securityOptions: readonly string[];
  readonly runtimes: readonly string[];
  readonly cdiDevices: readonly string[];
  /** The host name of the engine's machine. */
  readonly name: string;
}

export interface ContainerSummary {
  readonly id: string;
  readonly name: string;
  readonly image: string;
  readonly imageId: string;
  readonly state: "created" | "running" | "paused" | "restarting" | "removing" | "exited" | "dead";
  readonly labels: Readonly<Record<string, string>>;
  /** Seconds since the epoch. */
  readonly created: number;
  /** It runs, and has for less than ten seconds. Only lists of containers tell. */
  readonly justStarted?: boolean;
}

export interface ContainerDetails extends ContainerSummary {
  /** ISO 8601; undefined when it never started. */
  readonly startedAt: string | undefined;
  readonly exitCode: number | undefined;
  /** The kernel ended it for want of memory. */
  readonly outOfMemory: boolean;
  readonly environment: readonly string[];
  readonly mounts: readonly {
    readonly type: string;
    /** Path on the engine's machine; a volume's name. */
    readonly source: string;
    readonly target: string;
    readonly writable: boolean;
  }[];
}

export interface ImageDetails {
  readonly id: string;
  readonly tags: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  readonly size: number;
  /** ISO 8601. */
  readonly created: string;
}

export interface LogOptions {
  readonly follow: boolean;
  /** How many of the last lines; all when undefined. */
  readonly lines?: number;
  readonly stdout: Writable;
  readonly stderr: Writable;
}

export interface ExecOptions {
  readonly argv: readonly string[];
  readonly user: string;
  readonly workingDirectory: string;
  /** `NAME=value`. */
  readonly environment: readonly string[];
  /** A pseudo-terminal: one output stream, and the size follows `resized`. */
  readonly tty: boolean;
  /** Undefined: the command reads end-of-file. */
  readonly stdin: Opened<Readable> | undefined;
  readonly stdout: Opened<Writable>;
  readonly stderr: Opened<Writable>;
  /** Current size of the terminal, and a way to hear of changes; only with `tty`. */
  readonly terminal?: TerminalSize;
  /** What the command gets first when it is cancelled, before TERM and KILL. Default TERM. */
  readonly endWith?: "SIGINT" | "SIGTERM";
  /** Ends a cancelled command by KILL at once. */
  readonly kill?: AbortSignal;
  /** Of a cancelled command only the process group is ended: what it left in the background goes on. */
  readonly daemons?: "stay";
  /** Hands out a function that sends a signal to the command's process inside the container. */
  readonly onStarted?: (send: (signal: NodeJS.Signals) => Promise<void>) => void;
}

/** A stream, or what gives it once the command was started: a process's own take milliseconds to open. */
export type Opened<Stream> = Stream | (() => Stream);

export interface TerminalSize {
  current(): { readonly columns: number; readonly rows: number };
  /** Returns a function that stops listening. */
  onChange(listener: () => void): () => void;
}

import type { Readable } from "node:stream";

/** Where a run's command can run. */
export type RunnerKind = "process" | "container" | "slurm";

/** What is to run, once: a retry is another call. */
export interface RunRequest {
  readonly job: string;
  /** `YYYYMMDD-HHMMSS`; see JobStatus. */
  readonly run: string;
  /** Names this run for certain, everywhere: whatever carries it in SYGALDRY_JOB_RUN belongs to the run. */
  readonly mark: string;
  /** Reaches the program exactly as given. */
  readonly argv: readonly string[];
  /** Absolute, at the runner's place. */
  readonly cwd: string;
  /** The process runner's whole environment; other runners add it to what the place has. May hold secrets: never write it. */
  readonly env: Readonly<Record<string, string>>;
}

/** A place where commands run. Starts them, tells what became of them, and ends all that they started. */
export interface Runner {
  readonly kind: RunnerKind;
  /**
   * Resolves when the place has taken the run on (it may still have to queue).
   * Throws SYG-TOOL-MISSING when the program or the place's own tools are not there, SYG-JOB when the place refuses it.
   */
  start(request: RunRequest, signal?: AbortSignal): Promise<Running>;
  /**
   * What became of a run whose supervisor is gone, from what the status file has of its `handle`.
   * Undefined when the place cannot be asked from here.
   */
  look(handle: RunHandle, signal?: AbortSignal): Promise<RunState | undefined>;
  /**
   * Goes on with such a run, from its output's beginning; undefined where output is lost with the supervisor. Throws SYG-JOB
   * when the handle does not tell the run.
   */
  readonly attach?: (handle: RunHandle) => Running;
  /** Ends all that is left of such a run: TERM, after `grace` milliseconds KILL. Resolves when nothing is left. */
  end(handle: RunHandle, grace: number, signal?: AbortSignal): Promise<void>;
}

/** The runner that looks after runs of a kind, whoever started them. */
export type RunnerOf = (kind: RunnerKind) => Runner;

/** What finds a run again at its place: plain words for the status file, free of secrets (`pid`, `slurm`, `container` …). */
export type RunHandle = Readonly<Record<string, string>>;

/** A run at work. The supervisor reads both streams to their ends; they stop flowing while its log cannot keep up. */
export interface Running {
  readonly handle: RunHandle;
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** Lets the command begin, once the handle is written down; undefined where it does not wait for that. */
  readonly begin?: () => void;
  /** Settles once when the command itself has ended, maybe before its streams do; never rejects. */
  readonly ended: Promise<RunEnd>;
  /** Called with each change of a place that queues: `queued` with its reason, `running` with the node. */
  readonly onState?: (listener: (state: RunState) => void) => void;
  /** Ends the command with all that it started: TERM, after `grace` milliseconds KILL. Resolves when nothing is left. */
  stop(grace: number): Promise<void>;
  /** What it has used since its start; undefined when the place does not tell. */
  sample(): Promise<ResourceSample | undefined>;
}

export type RunState =
  | { readonly state: "queued"; readonly reason?: string }
  | { readonly state: "running"; readonly where?: string; readonly processes?: number }
  | { readonly state: "ended"; readonly end: RunEnd };

/** How a run ended. A word of its own for each cause, for programs; `reason` is a sentence for people. */
export interface RunEnd {
  /** As a shell reports it: 128 + n for signal n. Undefined when nobody knows. */
  readonly rc: number | undefined;
  readonly cause: EndCause;
  readonly signal?: string;
  readonly reason?: string;
}

export type EndCause =
  | "exit"
  | "signal"
  | "timeout"
  | "stopped"
  | "oom"
  | "disk-full"
  | "start"
  | "dependency"
  | "lost";

/** What all processes of a run have used. Seconds and bytes; GPU memory in bytes. */
export interface ResourceSample {
  readonly processes: number;
  readonly cpuSeconds: number;
  readonly memory: number;
  readonly peakMemory: number;
  readonly readBytes: number;
  readonly writtenBytes: number;
  /** Left out where nobody knows, and before the run uses a GPU. */
  readonly gpuMemory?: number;
}

/** How far a run is. */
export interface Progress {
  readonly done?: number;
  readonly total?: number;
  /** 0 to 100. */
  readonly percent?: number;
  readonly phase?: string;
  /** Seconds to go. */
  readonly eta?: number;
}

/** Finds progress in a command's output; one for each attempt, for it may remember. */
export interface ProgressRecogniser {
  feed(line: string, stream: "stdout" | "stderr"): Progress | undefined;
}

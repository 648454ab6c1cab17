import type { BazelProblem } from "../workspace/workspace.ts";
import type { BuildExit } from "./exit.ts";
import type { BuildMetrics } from "./metrics.ts";

/** What one `bazel build`, `test` or `run` did. Paths of files are the site's unless said otherwise. */
export interface BazelBuild {
  readonly id: string | undefined;
  /** `build`, `test`, `run` … */
  readonly command: string | undefined;
  readonly patterns: readonly string[];
  /** Milliseconds since the epoch. */
  readonly startedAt: number | undefined;
  readonly endedAt: number | undefined;
  /** Those that were asked for, in the order in which Bazel told of them. */
  readonly targets: readonly BuiltTarget[];
  readonly failures: readonly FailedAction[];
  readonly tests: readonly TestedTarget[];
  /** Bazel's own errors, those of failed actions left out. */
  readonly problems: readonly BazelProblem[];
  readonly metrics: BuildMetrics | undefined;
  /** Undefined as long as the build goes on, and when the server was killed. */
  readonly exit: BuildExit | undefined;
  /** Whether Bazel wrote all that it had to say. */
  readonly complete: boolean;
}

export interface BuiltTarget {
  readonly label: string;
  /** `cc_library`; undefined where analysis did not get to it. */
  readonly kind: string | undefined;
  /**
   * `failed`: an action of it or below it failed; `skipped`: incompatible with the platform; `aborted`: analysis failed, or
   * the build ended before its turn; `pending`: no end was told.
   */
  readonly state: "built" | "failed" | "skipped" | "aborted" | "pending";
  /** In one line. */
  readonly why: string | undefined;
  readonly outputs: readonly OutputFile[];
}

export interface OutputFile {
  /** `bazel-out/k8-fastbuild/bin/lib/hello`, or below the workspace's root. */
  readonly name: string;
  /** Absolute; undefined where the file is not on this machine (`bytestream://…`). */
  readonly path: string | undefined;
  readonly bytes: number | undefined;
}

export interface FailedAction {
  readonly label: string | undefined;
  /** `CppCompile` */
  readonly mnemonic: string;
  readonly exitCode: number | undefined;
  /** The file that it was to make. */
  readonly output: string | undefined;
  /** In one line, without the command. */
  readonly why: string;
  /** What it wrote to stderr and, where that is empty, to stdout; the end of it when it is long. */
  readonly said: string;
  /** Places that compilers and interpreters name in it. */
  readonly problems: readonly ToolProblem[];
}

export interface ToolProblem {
  readonly severity: "error" | "warning";
  /** Below the workspace's root with '/' (`bazel-out/…` is what Bazel made), else as the tool says it. */
  readonly file: string;
  readonly line: number | undefined;
  readonly column: number | undefined;
  readonly message: string;
}

type TestStatus =
  | "NO_STATUS"
  | "PASSED"
  | "FLAKY"
  | "TIMEOUT"
  | "FAILED"
  | "INCOMPLETE"
  | "REMOTE_FAILURE"
  | "FAILED_TO_BUILD"
  | "TOOL_HALTED_BEFORE_TESTING";

export interface TestedTarget {
  readonly label: string;
  /** Bazel's words; one that this version does not know is NO_STATUS. */
  readonly status: TestStatus;
  /** Every run of every shard from a cache: `local` where Bazel had the result, `remote` where a disk or remote cache had. */
  readonly cached: "local" | "remote" | undefined;
  /** Of all attempts together. */
  readonly seconds: number | undefined;
  readonly runs: number;
  readonly shards: number;
  /** In the order of run, shard, attempt. */
  readonly attempts: readonly TestAttempt[];
}

export interface TestAttempt {
  readonly run: number;
  readonly shard: number;
  readonly attempt: number;
  readonly status: TestStatus;
  readonly cached: "local" | "remote" | undefined;
  readonly seconds: number | undefined;
  /** `linux-sandbox`, `disk cache hit` … */
  readonly strategy: string | undefined;
  /** Absolute; undefined where they are not on this machine. */
  readonly log: string | undefined;
  readonly xml: string | undefined;
}

const statuses: readonly string[] = [
  ...["NO_STATUS", "PASSED", "FLAKY", "TIMEOUT", "FAILED", "INCOMPLETE", "REMOTE_FAILURE"],
  ...["FAILED_TO_BUILD", "TOOL_HALTED_BEFORE_TESTING"],
];

export function testStatus(text: string | undefined): TestStatus {
  return text !== undefined && statuses.includes(text) ? (text as TestStatus) : "NO_STATUS";
}

export function isPassed(status: TestStatus): boolean {
  return status === "PASSED" || status === "FLAKY";
}

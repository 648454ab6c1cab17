/** How Bazel ended. */
export interface BuildExit {
  readonly code: number;
  /** Bazel's name: `TESTS_FAILED`. */
  readonly name: string;
  /** For people. */
  readonly meaning: string;
}

/** The codes of Bazel 4 to 9 (its ExitCode.java); names differ within one code. */
const meanings: Readonly<Record<number, readonly [name: string, meaning: string]>> = {
  0: ["SUCCESS", "done"],
  1: ["BUILD_FAILURE", "the build failed"],
  2: ["COMMAND_LINE_ERROR", "the command line or the environment is wrong"],
  3: ["TESTS_FAILED", "built, and tests failed"],
  4: ["NO_TESTS_FOUND", "built, and there were no tests"],
  6: ["RUN_FAILURE", "built, and the program could not be run"],
  7: ["ANALYSIS_FAILURE", "the analysis failed"],
  8: ["INTERRUPTED", "interrupted"],
  9: ["LOCK_HELD", "another command holds the workspace's lock"],
  32: ["REMOTE_ENVIRONMENTAL_ERROR", "the remote environment failed"],
  33: ["OOM_ERROR", "Bazel's server ran out of memory"],
  34: ["REMOTE_ERROR", "remote execution or the remote cache failed"],
  36: ["LOCAL_ENVIRONMENTAL_ERROR", "something of this machine failed (permissions, disk, network)"],
  37: ["BLAZE_INTERNAL_ERROR", "Bazel crashed, or its server was killed"],
  38: ["TRANSIENT_BUILD_EVENT_SERVICE_UPLOAD_ERROR", "the build events could not be uploaded"],
  39: ["REMOTE_CACHE_EVICTED", "the remote cache lost files that the build needs"],
  45: ["PERSISTENT_BUILD_EVENT_SERVICE_UPLOAD_ERROR", "the build events could not be uploaded"],
  48: ["EXTERNAL_DEPS_ERROR", "the external dependencies cannot be resolved"],
};

/** `name` as Bazel said it; without, the code's own. */
export function buildExit(code: number, name?: string): BuildExit {
  const [known = `EXIT_${code}`, meaning = `ended with ${code}`] = meanings[code] ?? [];
  return { code, name: name ?? known, meaning };
}

/** A line of a build log that says what went wrong, with the lines around it. */
export interface LogError {
  /** Counted from 1. */
  readonly line: number;
  readonly text: string;
  /** The source that the compiler names, as it names it. */
  readonly source:
    | { readonly file: string; readonly line: number; readonly column: number | undefined }
    | undefined;
  readonly context: readonly { readonly line: number; readonly text: string }[];
}

export interface LogErrorOptions {
  /** Lines before and after each error. Default 4. */
  readonly context?: number;
  /** How many errors are given at most, the first ones: later ones often follow from them. Default 20. */
  readonly limit?: number;
}

/**
 * The errors in a build log: of compilers, linkers, make, ninja, CMake, configure, Python, Rust and tests. Colours are
 * removed. Where nothing is recognised, the log's last lines that are not empty count as the error, for a build that
 * failed has its reason near the end.
 */
export function logErrors(
  log: string,
  { context = 4, limit = 20 }: LogErrorOptions = {},
): readonly LogError[] {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: terminal colours
  const lines = log.replace(/\x1b\[[0-9;?]*[A-Za-z]|\r(?=\n)/g, "").split("\n");
  const found: number[] = [];
  for (let index = 0; index < lines.length && found.length < limit; index++) {
    // Minified sources and base64 in a log are no messages, and slow to match.
    if (isError((lines[index] ?? "").slice(0, 2000))) found.push(index);
  }
  const at = found.length > 0 ? found : lastLine(lines);
  return at.map((index) => ({
    line: index + 1,
    text: lines[index] ?? "",
    source: sourceOf(lines[index] ?? ""),
    context: around(lines, index, context),
  }));
}

/** What tools print for a failure, each as its own documentation or source shows it. */
const errorPatterns: readonly RegExp[] = [
  // gcc, clang, gfortran, nvcc, ifx, rustc: "file:3:1: error: …", "fatal error: …", "error[E0308]: …", "file(3): error …"
  /(?:^|[\s:)])(?:fatal |internal compiler |catastrophic )?error(?:\[\w+\]| [#A-Z]?\w*\d)?:\s/i,
  /^\S+\(\d+\): (?:catastrophic )?error/i,
  // gfortran puts the word on a line of its own, the place some lines above.
  /^(?:Fatal )?Error: /,
  /: undefined reference to |: multiple definition of |: cannot find -l|^collect2: error|^ld(?:\.\w+)?: /,
  /: (?:final link failed|ld returned \d+ exit status)/,
  // make: "make[2]: *** [Makefile:12: target] Error 2"; ninja: "FAILED: target", "ninja: error:", "ninja: build stopped:"
  /^g?make(?:\[\d+\])?: \*\*\* /,
  /^(?:\[\d+\/\d+\] )?FAILED: |^ninja: (?:error|build stopped|fatal):/,
  /^CMake Error|^-- Configuring incomplete, errors occurred/,
  /^configure: error: |^\S*configure: line \d+: .*error/,
  /^meson\.build:\d+:\d+: ERROR: |^ERROR: |^\S*: ERROR: |\bERROR: No matching distribution/,
  // Python's last line of a traceback.
  /^(?:[A-Za-z_][\w.]*\.)?[A-Z]\w*(?:Error|Exception|NotFound|Warning as error)(?:: |$)/,
  /^thread '.*' panicked at /,
  /: command not found$|: No such file or directory$|: Permission denied$|: No space left on device/,
  /^(?:Segmentation fault|Bus error|Killed|Aborted|Illegal instruction)\b/,
  /^\*{3} Error code \d+|\bcore dumped\b/,
  /^(?:FAIL|ERROR|XPASS): |^\s*\d+ - \S+ \((?:Failed|Timeout|SEGFAULT|Not Run)\)|^The following tests FAILED:/,
  /^==> Error: /,
];

/** Lines that look like errors and are none. */
const harmless: readonly RegExp[] = [
  /\bwarning:/i,
  /: note: /,
  // Checks of configure and CMake that look for an error on purpose, and compilers' own option lists.
  /^checking |^-- (?:Looking for|Performing Test|Check)|\s-W(?:no-)?error(?:=|\s|$)(?!.*: error: )/,
  /\b(?:no|0) errors?\b/i,
];

function isError(line: string): boolean {
  return (
    errorPatterns.some((pattern) => pattern.test(line)) && !harmless.some((pattern) => pattern.test(line))
  );
}

function lastLine(lines: readonly string[]): readonly number[] {
  const last = lines.findLastIndex((line) => line.trim() !== "");
  return last < 0 ? [] : [last];
}

function sourceOf(line: string): LogError["source"] {
  const match = /^\s*(?:-->\s*)?((?:[A-Za-z]:)?[^\s:()]+)(?::(\d+)(?::(\d+))?:|\((\d+)\))/.exec(line);
  if (match === null) return undefined;
  const [, file = "", afterColon, column, inBrackets] = match;
  return {
    file,
    line: Number(afterColon ?? inBrackets),
    column: column === undefined ? undefined : Number(column),
  };
}

function around(lines: readonly string[], index: number, context: number): LogError["context"] {
  const from = Math.max(0, index - context);
  return lines
    .slice(from, index + context + 1)
    .map((text, offset) => ({ line: from + offset + 1, text }))
    .filter(({ line, text }) => line <= index + 1 || text !== "" || line < lines.length);
}

import type { ToolProblem } from "./build.ts";

/** More are not told: what comes after the first errors follows from them. */
const limit = 200;

/**
 * The places with errors and warnings in what compilers and interpreters write: gcc, clang, javac and go (`file:line:column:
 * error: message`), rustc (`error: …` over `--> file:line:column`), tracebacks of Python (the innermost call in a file of the
 * workspace), and the linker's undefined references (a file without a line). Errors first, in their order.
 */
export function toolProblems(text: string): readonly ToolProblem[] {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are escape sequences
  const lines = text.replace(/\u001b\[[0-9;]*[mK]/g, "").split(/\r?\n/);
  const found: ToolProblem[] = [];
  for (let index = 0; index < lines.length && found.length < limit; index += 1) {
    const problem =
      compilerLine(lines[index] ?? "") ??
      rustBlock(lines, index) ??
      traceback(lines, index) ??
      linkerLine(lines[index] ?? "");
    if (problem !== undefined) found.push(problem);
  }
  const unique = [...new Map(found.map((one) => [JSON.stringify(one), one])).values()];
  return [...unique.filter(isError), ...unique.filter((one) => !isError(one))];
}

/** A path as a sandbox or a remote machine has it, below the workspace's root. */
function workspacePath(file: string): string {
  return file.replace(/^.*?\/execroot\/[^/]+\//, "").replace(/^(\/proc\/self\/cwd\/|\.\/)/, "");
}

function isError({ severity }: ToolProblem): boolean {
  return severity === "error";
}

function compilerLine(line: string): ToolProblem | undefined {
  const [, file, at, column, level, message] =
    /^([^\s:][^:\n]*\.[A-Za-z0-9+]{1,6}):(\d+)(?::(\d+))?: (?:(fatal error|error|warning|note|Error|Warning): )?(.+)$/.exec(
      line,
    ) ?? [];
  if (file === undefined || message === undefined || level === "note") return undefined;
  // `file:line: in function f` is where, not what.
  if (level === undefined && /^(in |In )|:$/.test(message)) return undefined;
  const severity = level?.toLowerCase() === "warning" ? "warning" : "error";
  return place(severity, file, at, column, message);
}

function rustBlock(lines: readonly string[], index: number): ToolProblem | undefined {
  const [, level, message] = /^(error|warning)(?:\[E\d+\])?: (.+)$/.exec(lines[index] ?? "") ?? [];
  const [, file, at, column] = /^ *--> ([^:]+):(\d+):(\d+)$/.exec(lines[index + 1] ?? "") ?? [];
  if (level === undefined || message === undefined || file === undefined) return undefined;
  return place(level === "warning" ? "warning" : "error", file, at, column, message);
}

function traceback(lines: readonly string[], index: number): ToolProblem | undefined {
  if (lines[index] !== "Traceback (most recent call last):") return undefined;
  const length = lines.slice(index + 1).findIndex((line) => !/^\s/.test(line));
  if (length < 0) return undefined;
  const calls = lines
    .slice(index + 1, index + 1 + length)
    .flatMap((line) => [...line.matchAll(/^ {2}File "([^"]+)", line (\d+)/g)])
    .map(([, file = "", at]) => ({ file: workspacePath(file), at }));
  const call = calls.findLast(({ file }) => !/^([/<]|external\/)/.test(file)) ?? calls.at(-1);
  return call === undefined
    ? undefined
    : place("error", call.file, call.at, undefined, lines[index + 1 + length] ?? "");
}

function linkerLine(line: string): ToolProblem | undefined {
  const [, file, at, message] =
    /^(?:\S*\bld\S*: )?(?:\S+\.p?i?c?\.?[oa]: )?([^\s:]+\.[A-Za-z+]{1,4}):(?:(\d+)|\([^)]*\)): (undefined reference to .+|multiple definition of .+)$/.exec(
      line,
    ) ?? [];
  return file === undefined ? undefined : place("error", file, at, undefined, message ?? "");
}

function place(
  severity: ToolProblem["severity"],
  file: string,
  line: string | undefined,
  column: string | undefined,
  message: string,
): ToolProblem {
  return {
    severity,
    file: workspacePath(file),
    line: line === undefined ? undefined : Number(line),
    column: column === undefined ? undefined : Number(column),
    message: message.trim(),
  };
}

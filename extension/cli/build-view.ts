import pc from "picocolors";
import { type FailedAction, isPassed, type TestedTarget } from "../core/bazel/events/build.ts";
import { outputLevel } from "../core/bazel/events/error-text.ts";
import { duration, liveLines, type ProgressStream, spinner } from "./live-lines.ts";
import type { OutputOptions } from "./output.ts";
import { standardError } from "./standard-streams.ts";

export interface BuildView {
  readonly onLine: (line: string, stream: "stdout" | "stderr") => void;
  readonly onFailure: (failure: FailedAction) => void;
  readonly onTest: (test: TestedTarget) => void;
  readonly redraw: () => void;
  readonly end: () => void;
}

/**
 * Shows a build on stderr: what fails as soon as it does, Bazel's warnings and what rules print, and its progress: in a
 * terminal as one line below, elsewhere as Bazel's own lines. With --verbose all that Bazel says; nothing with --quiet.
 */
export function buildView(
  options: OutputOptions,
  stream: ProgressStream = standardError(),
  now: () => number = Date.now,
): BuildView {
  const nothing = () => {};
  if (options.quiet)
    return { onLine: nothing, onFailure: nothing, onTest: nothing, redraw: nothing, end: nothing };
  const live = liveLines(stream);
  const sieve = outputSieve(options.verbose);
  const began = now();
  let progress = "starting Bazel";
  let [passed, failed] = [0, 0];
  const redraw = () => {
    const tests =
      passed + failed === 0 ? "" : ` ${passed} passed${failed === 0 ? "" : `, ${failed} failed`};`;
    live.draw([`${spinner(now())} ${pc.dim(duration((now() - began) / 1000))}${tests} ${progress}`]);
  };
  const print = (text: string) => {
    live.erase();
    stream.write(`${text}\n`);
    redraw();
  };
  return {
    redraw,
    end: live.erase,
    onLine(line, from) {
      const at = from === "stderr" ? progressText(line) : undefined;
      // Bazel says the last again before it goes on.
      if (at === progress) return;
      if (at !== undefined) progress = at;
      if (at !== undefined && stream.isTTY) redraw();
      else if (sieve(line, from, at !== undefined)) print(line);
    },
    onFailure: (failure) => print(failureText(failure, 5)),
    onTest(test) {
      if (isPassed(test.status)) passed += 1;
      else failed += 1;
      if (test.status === "PASSED" && !options.verbose) redraw();
      else print(testText(test));
    },
  };
}

/** `✗ //lib:bad CppCompile exited with 1`, and below it the first errors with their places. */
export function failureText({ label, mnemonic, why, problems, said }: FailedAction, limit: number): string {
  const errors = problems.filter(({ severity }) => severity === "error");
  const places = errors.slice(0, limit).map(({ file, line, column, message }) => {
    const at = [file, line, column].filter((part) => part !== undefined).join(":");
    return `  ${pc.bold(at)}: ${message}`;
  });
  const lines = said.trimEnd().split("\n");
  const others =
    errors.length > 0 || said.trim() === "" ? [] : lines.slice(-3 * limit).map((line) => `  ${line}`);
  const more = errors.length > limit ? [`  and ${errors.length - limit} more errors`] : [];
  return [`${pc.red("✗")} ${label ?? "an action"} ${mnemonic} ${why}`, ...places, ...others, ...more].join(
    "\n",
  );
}

function testText({ label, status, seconds }: TestedTarget): string {
  const mark = status === "PASSED" ? pc.green("✓") : status === "FLAKY" ? pc.yellow("~") : pc.red("✗");
  return `${mark} ${label} ${status} ${pc.dim(duration(seconds))}`.trimEnd();
}

/** What Bazel is at: `[12 / 345] Compiling a.cc`, `Analyzing: target //a …`. */
function progressText(line: string): string | undefined {
  return /^(?:\([\d:. ]+\) )?(\[[\d,]+ \/ [\d,]+\].*|(?:Loading|Analyzing|Computing main repo mapping):.*)$/.exec(
    line,
  )?.[1];
}

/** Bazel's table of the tests, and the other lines that our own summary tells. */
const summed =
  /^(\/\/|@)\S+ +(\(cached\) )?(PASSED|FAILED|FLAKY|TIMEOUT|SKIPPED|NO STATUS|FAILED TO BUILD|INCOMPLETE|REMOTE FAILURE)\b|^Executed \d+ out of|^ {2}Stats over|^ {2}\/.*\/test(\.log|_attempts\/)|^There were tests whose specified size|^ {2}(PASSED|FAILED) in \d/;

/** What of Bazel's output is worth a line: not what the events tell better. */
function outputSieve(
  verbose: boolean,
): (line: string, from: "stdout" | "stderr", progress: boolean) => boolean {
  let wanted = false;
  return (line, from, progress) => {
    if (progress || verbose) return true;
    if (from === "stdout") return line !== "" && !summed.test(line);
    const level = outputLevel(line);
    if (level !== undefined) wanted = level === "WARNING" || level === "DEBUG" || level === "SUBCOMMAND";
    return wanted && line !== "";
  };
}

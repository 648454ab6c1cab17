import { SygaldryError } from "../../base/errors.ts";
import type { Command, ProcessResult, ProcessRunner, RunOptions } from "../../base/process.ts";
import { type Redact, redactor } from "../../base/redact.ts";
import { shellJoin } from "../../base/shell.ts";
import { type Block, blockReader } from "./blocks.ts";

export interface SpackRunOptions {
  readonly signal?: AbortSignal;
  /** Values that must not be shown; credentials in URLs are hidden anyway. */
  readonly secrets?: Iterable<string>;
  /** Every line of output as it comes, without secrets. */
  readonly onLine?: (line: string, stream: "stdout" | "stderr") => void;
}

/** What a run of Spack left; output without secrets. */
export interface SpackResult extends ProcessResult {
  /** Spack's messages in the order they came. */
  readonly messages: readonly Block[];
}

/**
 * Runs Spack and hides secrets in all it says, whatever the exit code. A cancelled Spack gets INT first, as from a
 * keyboard: it then removes half-installed prefixes itself.
 */
export async function runSpack(
  runner: ProcessRunner,
  command: Command,
  options: SpackRunOptions = {},
): Promise<SpackResult> {
  const redact = redactor(options.secrets ?? []);
  const readers = { stdout: blockReader(), stderr: blockReader() };
  const messages: Block[] = [];
  const onLine: RunOptions["onLine"] = (line, stream) => {
    const shown = redact(line);
    messages.push(...readers[stream].line(shown).blocks);
    options.onLine?.(shown, stream);
  };
  const cancel = options.signal === undefined ? {} : { signal: options.signal };
  const result = await runner.run(command, { ...cancel, onLine, endWith: "SIGINT" });
  messages.push(...readers.stdout.end(), ...readers.stderr.end());
  return { ...result, stdout: redact(result.stdout), stderr: redact(result.stderr), messages };
}

/** `runSpack`, and SYG-SPACK with Spack's own errors unless it exits 0. */
export async function runSpackChecked(
  runner: ProcessRunner,
  command: Command,
  options: SpackRunOptions = {},
): Promise<SpackResult> {
  const result = await runSpack(runner, command, options);
  if (result.exitCode === 0) return result;
  throw spackFailure(command, result, redactor(options.secrets ?? []));
}

/** The error for a Spack that failed: its own messages, else the end of what it said. */
export function spackFailure(command: Command, result: SpackResult, redact: Redact): SygaldryError {
  const errors = result.messages.filter(({ kind }) => kind === "error");
  const said = errors.map(({ why }) => why).join("\n") || tail(result.stderr) || tail(result.stdout);
  const line = redact(shellJoin([command.command, ...command.args]));
  return new SygaldryError("SYG-SPACK", `${line} exited with ${result.exitCode}\n${said}`.trimEnd(), {
    data: { exitCode: result.exitCode, errors: errors.map(({ why, log }) => ({ why, log: log ?? null })) },
  });
}

function tail(text: string): string {
  return text.trim().split("\n").slice(-12).join("\n");
}

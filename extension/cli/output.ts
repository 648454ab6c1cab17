import pc from "picocolors";
import { isCancellation, messageOf, SygaldryError } from "../core/base/errors.ts";
import type { Log } from "../core/base/log.ts";

/** stdout is the result, stderr the log. */
export interface Output extends Log {
  readonly json: boolean;
  /** The command's result: with --json one object on stdout, else the text (nothing when undefined). */
  result(value: Readonly<Record<string, unknown>>, text?: string): void;
  /** Something that went wrong beside the result, with its next step. */
  problem(error: SygaldryError): void;
}

export interface OutputOptions {
  readonly json: boolean;
  readonly quiet: boolean;
  readonly verbose: boolean;
}

export function createOutput({ json, quiet, verbose }: OutputOptions): Output {
  const line = (text: string) => process.stderr.write(`${text}\n`);
  return {
    json,
    debug: (message) => verbose && line(pc.dim(message)),
    info: (message) => !quiet && line(message),
    warn: (message) => line(`${pc.yellow("warning:")} ${message}`),
    problem: ({ code, message, next }) => line(failureText(code, message, next)),
    result(value, text) {
      if (json) printJson(value);
      else if (text !== undefined && text !== "") process.stdout.write(`${text}\n`);
    },
  };
}

/** Tells a failure: for people on stderr with its next step, and with --json as one object on stdout. */
export function printFailure(error: unknown, options: OutputOptions): void {
  if (isCancellation(error)) {
    process.stderr.write("cancelled\n");
    if (options.json) printJson({ error: { code: "SYG-CANCELLED", message: "cancelled" } });
    return;
  }
  const known = error instanceof SygaldryError ? error : undefined;
  const code = known?.code ?? "SYG-UNEXPECTED";
  process.stderr.write(`${failureText(code, messageOf(error), known?.next)}\n`);
  if (known === undefined)
    process.stderr.write("This is a fault in Sygaldry; please report it with the output of --verbose.\n");
  if (options.verbose && error instanceof Error) process.stderr.write(`${error.stack}\n`);
  if (options.json) {
    printJson({ error: { code, message: messageOf(error), next: known?.next, ...known?.data } });
  }
}

function failureText(code: string, message: string, next: string | undefined): string {
  const failed = `${pc.red(`error[${code}]:`)} ${message}`;
  return next === undefined ? failed : `${failed}\n${pc.bold("next:")} ${next}`;
}

/** The object of a command line that the parser refused; it has told people already. */
export function printUsageFailure(message: string): void {
  const next = "See `sygaldry --help`.";
  printJson({ error: { code: "SYG-USAGE", message: message.replace(/^error: /, ""), next } });
}

/** Spread out for people only: for programs it is one line, which is many times faster to make where there is much to say. */
function printJson(value: Readonly<Record<string, unknown>>): void {
  process.stdout.write(`${JSON.stringify(value, null, process.stdout.isTTY ? 2 : undefined)}\n`);
}

/** Columns padded to their widest cell, two spaces apart; no trailing spaces. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = rows.reduce<number[]>(
    (all, row) => row.map((cell, index) => Math.max(all[index] ?? 0, cell.length)),
    [],
  );
  return rows
    .map((row) =>
      row
        .map((cell, index) => cell.padEnd(widths[index] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

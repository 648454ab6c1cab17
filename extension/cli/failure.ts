import { isCancellation, messageOf, SygaldryError } from "../core/base/errors.ts";
import { failureText } from "./failure-text.ts";
import { type OutputOptions, printJson } from "./output.ts";
import { standardError } from "./standard-streams.ts";

/** Tells a failure: for people on stderr with its next step, and with --json as one object on stdout. */
export function printFailure(error: unknown, options: OutputOptions): void {
  if (isCancellation(error)) {
    standardError().write("cancelled\n");
    if (options.json) printJson({ error: { code: "SYG-CANCELLED", message: "cancelled" } });
    return;
  }
  const known = error instanceof SygaldryError ? error : undefined;
  const code = known?.code ?? "SYG-UNEXPECTED";
  standardError().write(`${failureText(code, messageOf(error), known?.next)}\n`);
  if (known === undefined)
    standardError().write("This is a fault in Sygaldry; please report it with the output of --verbose.\n");
  if (options.verbose && error instanceof Error) standardError().write(`${error.stack}\n`);
  if (options.json) {
    printJson({ error: { code, message: messageOf(error), next: known?.next, ...known?.data } });
  }
}

/** The object of a command line that the parser refused; it has told people already. */
export function printUsageFailure(message: string): void {
  const next = "See `sygaldry --help`.";
  printJson({ error: { code: "SYG-USAGE", message: message.replace(/^error: /, ""), next } });
}

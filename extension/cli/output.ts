import pc from "picocolors";
import type { SygaldryError } from "../core/base/errors.ts";
import type { Log } from "../core/base/log.ts";
import { failureText } from "./failure-text.ts";
import { standardError, standardOutput } from "./standard-streams.ts";

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
  const line = (text: string) => standardError().write(`${text}\n`);
  return {
    json,
    debug: (message) => verbose && line(pc.dim(message)),
    info: (message) => !quiet && line(message),
    warn: (message) => line(`${pc.yellow("warning:")} ${message}`),
    problem: ({ code, message, next }) => line(failureText(code, message, next)),
    result(value, text) {
      if (json) printJson(value);
      else if (text !== undefined && text !== "") standardOutput().write(`${text}\n`);
    },
  };
}

/** Spread out for people only: for programs it is one line, which is many times faster to make where there is much to say. */
export function printJson(value: Readonly<Record<string, unknown>>): void {
  standardOutput().write(`${JSON.stringify(value, null, process.stdout.isTTY ? 2 : undefined)}\n`);
}

/** A result that is a list, taken item by item: of thousands, the objects need not be there at once. */
export interface JsonList {
  add(item: unknown): void;
  /** Prints one object: what it began with, and the list as its last member. */
  print(): void;
}

export function jsonList(start: Readonly<Record<string, unknown>>, name: string): JsonList {
  if (process.stdout.isTTY) {
    const items: unknown[] = [];
    return { add: (item) => items.push(item), print: () => printJson({ ...start, [name]: items }) };
  }
  const items: string[] = [];
  return {
    add: (item) => items.push(JSON.stringify(item)),
    print() {
      const whole = JSON.stringify({ ...start, [name]: [] });
      standardOutput().write(`${whole.slice(0, -"]}".length)}${items.join(",")}]}\n`);
    },
  };
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

import type { Command } from "commander";
import type { CommonOptions } from "./options.ts";

/** A command's own module, loaded only when it runs. Returns the exit code. */
type Run = (options: CommonOptions, args: readonly string[], signal: AbortSignal) => Promise<number>;

/** One command: what it is called, what it takes, and where its code is. */
export interface CommandDefinition {
  readonly name: string;
  readonly description: string;
  /**
   * Its options are another tool's: of ours it has --json, --quiet, --verbose and what `define` adds, all others stay among its
   * arguments in their order, and from `--` on nothing is looked at.
   */
  readonly passesOptions?: true;
  /** Adds its arguments and options. */
  readonly define?: (command: Command) => Command;
  readonly load: () => Promise<Run>;
}

/** Commands under one word: `sygaldry spack list`. */
export interface CommandGroup {
  readonly name: string;
  readonly description: string;
  readonly commands: readonly CommandDefinition[];
}

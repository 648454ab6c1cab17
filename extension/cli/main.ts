import module from "node:module";
import { standardOutput } from "./standard-streams.ts";

/** The bundles of program.ts beside this file, loaded only when there is something to do; exec.cjs is a part of the other. */
type Program = { readonly runProgram: (argv: readonly string[]) => Promise<number> };

declare const SYGALDRY_VERSION: string;

/** The command line's entry point: small, because `--version` and completion must answer at once. */
async function main(): Promise<void> {
  const [first, ...rest] = process.argv.slice(2);
  if (rest.length === 0 && (first === "--version" || first === "-V")) {
    standardOutput().write(`${SYGALDRY_VERSION}\n`);
    return;
  }
  // Node 22.8 and newer keep the compiled bundle on disk, which saves some 30 ms a call.
  module.enableCompileCache?.();
  const { runProgram } = (
    first === "exec" || first === "shell" ? require("./exec.cjs") : require("./sygaldry.cjs")
  ) as Program;
  process.exitCode = await runProgram(process.argv);
}

void main();

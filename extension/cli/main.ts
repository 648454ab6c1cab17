import module from "node:module";

/** The bundles of program.ts beside this file, loaded only when there is something to do; exec.cjs is a part of the other. */
type Program = { readonly runProgram: (argv: readonly string[]) => Promise<number> };

declare const SYGALDRY_VERSION: string;

/** The command line's entry point: small, because `--version` and completion must answer at once. */
async function main(): Promise<void> {
  const [first, ...rest] = process.argv.slice(2);
  if (rest.length === 0 && (first === "--version" || first === "-V")) {
    process.stdout.write(`${SYGALDRY_VERSION}\n`);
    return;
  }
  endWithReader();
  // Node 22.8 and newer keep the compiled bundle on disk, which saves some 30 ms a call.
  module.enableCompileCache?.();
  const { runProgram } = (
    first === "exec" || first === "shell" ? require("./exec.cjs") : require("./sygaldry.cjs")
  ) as Program;
  process.exitCode = await runProgram(process.argv);
}

/** Ends as Unix tools do (141) when the reader of stdout goes (`sygaldry config | head -1`); the log may lose its reader. */
function endWithReader(): void {
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(141);
    process.stderr.write(`error[SYG-FILE]: the output cannot be written: ${error.message}\n`);
    process.exit(1);
  });
  process.stderr.on("error", () => {});
}

void main();

import { version } from "sygaldry:assets";

/** The command line's entry point. `--version` answers before anything else is loaded. */
async function main(): Promise<void> {
  const [first, ...rest] = process.argv.slice(2);
  if (rest.length === 0 && (first === "--version" || first === "-V")) {
    process.stdout.write(`${version}\n`);
    return;
  }
  const { runProgram } = await import("./program.ts");
  process.exitCode = await runProgram(process.argv);
}

void main();

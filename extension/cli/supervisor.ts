import { superviseCommand } from "./commands/job/supervise.ts";

/** The entry point of a bundle with nothing but a job's supervisor: it starts sooner and stays smaller than all commands do. */
async function main(): Promise<void> {
  process.exitCode = await superviseCommand();
}

void main();

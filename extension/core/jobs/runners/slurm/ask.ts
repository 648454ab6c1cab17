import type { Command, ProcessResult, ProcessRunner } from "../../../base/process.ts";
import { accounting, showJob } from "./commands.ts";
import { parseSacct, parseScontrol, type SlurmTask } from "./tasks.ts";

/** silent: nobody can say, because Slurm's controller does not answer. */
export type SlurmAnswer =
  | { readonly kind: "tasks"; readonly tasks: readonly SlurmTask[] }
  | { readonly kind: "silent"; readonly why: string };

/** Milliseconds. */
const patience = 60_000;

export type AskSlurm = (id: string, signal?: AbortSignal) => Promise<SlurmAnswer>;

/** What Slurm knows of a job: its controller, or where that has forgotten it, its accounts. No tasks when neither knows it. */
export function slurmAsker(runner: ProcessRunner, env: Readonly<Record<string, string>>): AskSlurm {
  return async (id, signal) => {
    const run = (command: Command) => ask(runner, { ...command, env }, signal);
    const shown = await run(showJob(id));
    if (shown.exitCode === 0) return { kind: "tasks", tasks: parseScontrol(shown.stdout) };
    if (!/Invalid job id/i.test(shown.stderr)) return { kind: "silent", why: lastLine(shown.stderr) };
    for (const completion of [false, true]) {
      const told = await run(accounting(id, completion));
      const tasks = told.exitCode === 0 ? parseSacct(told.stdout) : [];
      if (tasks.length > 0) return { kind: "tasks", tasks };
    }
    return { kind: "tasks", tasks: [] };
  };
}

async function ask(runner: ProcessRunner, command: Command, signal?: AbortSignal): Promise<ProcessResult> {
  return runner.run(command, {
    timeout: patience,
    keep: 8 << 20,
    ...(signal === undefined ? {} : { signal }),
  });
}

function lastLine(text: string): string {
  return text.trim().split("\n").at(-1) ?? "";
}

import { isatty } from "node:tty";
import { SygaldryError } from "../../core/base/errors.ts";
import { execInContainer } from "../../core/container/lifecycle/exec.ts";
import { projectRoot } from "../../core/project/root.ts";
import { createEngine } from "../engine.ts";
import { type CommonOptions, loadOptions } from "../options.ts";
import { withTerminal } from "../terminal.ts";

export interface ExecCommandOptions extends CommonOptions {
  readonly cwd?: string;
  readonly env?: readonly string[];
  readonly tty?: boolean;
}

export async function exec(options: ExecCommandOptions, args: readonly string[]): Promise<number> {
  return execCommand(options, args);
}

export async function shell(options: ExecCommandOptions): Promise<number> {
  return execCommand({ ...options, tty: options.tty ?? isatty(0) }, ["/bin/bash", "-l"]);
}

/** Runs `argv` in the container with this process's terminal or pipes, and signals passed on; returns its exit code. */
export async function execCommand(options: ExecCommandOptions, argv: readonly string[]): Promise<number> {
  const { cwd, file } = loadOptions(options);
  const root = projectRoot(cwd, file);
  const tty = options.tty ?? (isatty(0) && isatty(1));
  for (const variable of options.env ?? []) {
    if (!/^[^=]+=/s.test(variable)) {
      throw new SygaldryError("SYG-USAGE", `--env ${variable}: expected NAME=value`, {
        next: "Write --env NAME=value.",
      });
    }
  }
  return withTerminal(tty, (terminal) =>
    execInContainer(createEngine(process.env), {
      ...terminal,
      root,
      hostFolder: cwd,
      argv,
      tty,
      environment: [...(tty ? [`TERM=${process.env["TERM"] ?? "xterm"}`] : []), ...(options.env ?? [])],
      ...(options.cwd === undefined ? {} : { workingDirectory: options.cwd }),
    }),
  );
}

import type { Command } from "../../base/process.ts";

type Variables = Readonly<Record<string, string | undefined>>;

/** How a command of uv runs. */
export interface UvCall {
  /** At the site: the project, or a folder in it. */
  readonly cwd: string;
  readonly settings: Variables;
}

/** A command of uv's. */
export function uvCommand(args: readonly string[], { cwd, settings }: UvCall): Command {
  return { command: "uv", args, cwd, env: settings };
}

/** `uv lock`; `again` are packages that are resolved anew although the lock has them. */
export function lockArguments(again: readonly string[], more: readonly string[]): readonly string[] {
  return ["lock", ...again.flatMap((name) => ["--upgrade-package", name]), ...more];
}

/** The project's interpreter with a program, as the environment is: nothing is locked or installed. */
export function projectPython(script: string): readonly string[] {
  return ["run", "--no-sync", "--quiet", "--", "python", "-c", script];
}

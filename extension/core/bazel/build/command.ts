import type { Command } from "../../base/process.ts";

/** What `bazel build`, `test` or `run` is asked, as the user gave it. */
export interface BuildRequest {
  readonly command: "build" | "test" | "run";
  /** Options that Bazel takes before the command. */
  readonly startup: readonly string[];
  /** Options and targets, Bazel's own. */
  readonly args: readonly string[];
  /** From the `--` on: targets, or the arguments of the program that is run. */
  readonly rest: readonly string[];
}

/** What Bazel is to write, as paths of the site; undefined for what is not wanted or what the user asks for elsewhere. */
export interface BuildOutputs {
  readonly events: string | undefined;
  readonly profile: string | undefined;
  /** Instead of running the program. */
  readonly script: string | undefined;
}

/** Seconds between two lines of progress where no terminal shows them. */
const slow = 10;

/**
 * The build in the user's own output base, so that it shares the server and all caches. What is added comes first: an option
 * that is given twice counts as it was given last, so that the user's own wins. Colours and cursor movements stay away.
 */
export function buildCommand(
  place: { readonly program: string; readonly cwd: string },
  { command, startup, args, rest }: BuildRequest,
  outputs: BuildOutputs,
  terminal: boolean,
): Command {
  const added = [
    ...["--color=no", "--curses=no", `--show_progress_rate_limit=${terminal ? 0.2 : slow}`],
    ...(outputs.events === undefined ? [] : [`--build_event_json_file=${outputs.events}`]),
    ...(outputs.profile === undefined ? [] : [`--profile=${outputs.profile}`]),
    ...(outputs.script === undefined ? [] : [`--script_path=${outputs.script}`]),
  ];
  return { command: place.program, args: [...startup, command, ...added, ...args, ...rest], cwd: place.cwd };
}

/** The value of `--name=value` or `--name value` as it was given last; undefined when it was not. */
export function optionValue(args: readonly string[], name: string): string | undefined {
  const at = args.findLastIndex((arg) => arg === `--${name}` || arg.startsWith(`--${name}=`));
  if (at < 0) return undefined;
  const [, value] = new RegExp(`^--${name}=(.*)$`, "s").exec(args[at] ?? "") ?? [];
  return value ?? args[at + 1];
}

import { version } from "sygaldry:assets";
import { Command, CommanderError } from "commander";
import { exitCodeOf } from "../core/base/errors.ts";
import type { CommandDefinition, CommandGroup } from "./command-definition.ts";
import { commands } from "./commands.ts";
import { completionScript } from "./completion.ts";
import { type CommonOptions, outputOptions } from "./options.ts";
import { standardError, standardOutput } from "./standard-streams.ts";

/** Parses the command line, runs the command and returns its exit code. */
export async function runProgram(argv: readonly string[]): Promise<number> {
  // No command for people: how `sygaldry job run` starts what owns the run.
  if (argv[2] === "job" && argv[3] === "supervise") return superviseJob();
  let exitCode = 0;
  const done = (code: number) => {
    exitCode = code;
  };
  try {
    const [own, passed] = splitPassed(argv);
    await buildProgram(argv[2], passed, done).parseAsync([...own]);
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return 0;
    // Loaded by those who fail: colours look at stdout, which takes milliseconds to open.
    if (asksForJson(argv)) (await import("./failure.ts")).printUsageFailure(error.message);
    return 2;
  }
  return exitCode;
}

async function superviseJob(): Promise<number> {
  return (await import("./commands/job/supervise.ts")).superviseCommand();
}

/** The command line without what is none of ours, and that: from `--` on, for a command that passes options on. */
function splitPassed(argv: readonly string[]): readonly [readonly string[], readonly string[]] {
  const group = commands.find(({ name }) => name === argv[2]);
  const inner = group !== undefined && "commands" in group ? group.commands : [];
  const end = argv.indexOf("--");
  const passes = inner.some(({ name, passesOptions }) => name === argv[3] && passesOptions);
  return end < 0 || !passes ? [argv, []] : [argv.slice(0, end), argv.slice(end)];
}

/** The parser gave up, so its options are not known; what follows `--` is another command's. */
function asksForJson(argv: readonly string[]): boolean {
  const end = argv.indexOf("--");
  return argv.slice(2, end < 0 ? undefined : end).includes("--json");
}

/** With all commands; or, to be quick, with the one that was asked for alone. */
function buildProgram(
  asked: string | undefined,
  passed: readonly string[],
  done: (exitCode: number) => void,
): Command {
  const program = new Command("sygaldry")
    .description("One file (sygaldry.yaml) to a running, reproducible, GPU-aware dev container.")
    .version(version, "-V, --version", "print the version")
    .helpOption("-h, --help", "print this text")
    .addHelpText(
      "after",
      "\nExit codes: 0 done, 1 failed, 2 usage, 3 a needed tool or daemon is missing, 4 bad configuration, 130 cancelled.",
    )
    .showSuggestionAfterError()
    .configureOutput({
      writeOut: (text) => standardOutput().write(text),
      writeErr: (text) => standardError().write(text),
    })
    .enablePositionalOptions()
    .exitOverride();
  const wanted = commands.filter(({ name }) => name === asked);
  for (const definition of wanted.length > 0 ? wanted : commands)
    addCommand(program, definition, passed, done);
  addCompletion(program, done);
  return program;
}

function addCommand(
  program: Command,
  definition: CommandDefinition | CommandGroup,
  passed: readonly string[],
  done: (exitCode: number) => void,
): void {
  if ("commands" in definition) {
    addGroup(program, definition, passed, done);
    return;
  }
  const bare = program.command(definition.name).description(definition.description).exitOverride();
  const command = definition.passesOptions ? output(bare.allowUnknownOption()) : common(bare);
  definition.define?.(command);
  command.action(async () => {
    const args = [...command.args, ...passed];
    done(await runCommand(definition, command.opts<CommonOptions>(), args));
  });
}

function addGroup(
  program: Command,
  group: CommandGroup,
  passed: readonly string[],
  done: (exitCode: number) => void,
): void {
  const command = program
    .command(group.name)
    .description(group.description)
    .enablePositionalOptions()
    .exitOverride();
  for (const definition of group.commands) addCommand(command, definition, passed, done);
}

function addCompletion(program: Command, done: (exitCode: number) => void): void {
  program
    .command("completion")
    .description("print a completion script")
    .argument("<shell>", "bash, zsh or fish")
    .exitOverride()
    .action((shell: string) => {
      const script = completionScript(shell, program);
      if (script !== undefined) {
        standardOutput().write(script);
        return;
      }
      standardError().write(
        `error[SYG-USAGE]: there is no completion for ${shell}; choose bash, zsh or fish\n`,
      );
      done(2);
    });
}

function common(command: Command): Command {
  return output(command)
    .option("--config <file>", "another sygaldry.yaml; its folder is the repository")
    .option("--project-id <id>", "another project id")
    .option("--image <name>", "another name for the image")
    .option("--gpu <mode>", "auto, on or off")
    .option("--storage-root <folder>", "where the projects' storage lies")
    .option("--portable", "render for any machine instead of this one");
}

function output(command: Command): Command {
  return command
    .option("--json", "print the result as one JSON object")
    .option("-q, --quiet", "print only warnings and errors on stderr")
    .option("-v, --verbose", "print more on stderr");
}

/** What cancels a command: Ctrl-C, a request to end, a terminal that is closed. */
const cancelling: readonly NodeJS.Signals[] = ["SIGINT", "SIGTERM", "SIGHUP"];

/** Runs the command, cancelled by these signals; tells its failure and gives its exit code. */
async function runCommand(
  { load }: CommandDefinition,
  options: CommonOptions,
  args: readonly string[],
): Promise<number> {
  const cancel = new AbortController();
  const onSignal = () => cancel.abort();
  for (const name of cancelling) process.once(name, onSignal);
  try {
    return await (await load())(options, args, cancel.signal);
  } catch (error) {
    const { printFailure } = await import("./failure.ts");
    printFailure(error, outputOptions(options));
    return exitCodeOf(error);
  } finally {
    for (const name of cancelling) process.removeListener(name, onSignal);
  }
}

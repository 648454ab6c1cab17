import { version } from "sygaldry:assets";
import { Command, CommanderError, Option } from "commander";
import { exitCodeOf } from "../core/base/errors.ts";
import { completionScript } from "./completion.ts";
import { type CommonOptions, outputOptions } from "./options.ts";
import { printFailure } from "./output.ts";

/** A command's own module, loaded only when it runs. Returns the exit code. */
type Run<Options> = (options: Options, args: readonly string[], signal: AbortSignal) => Promise<number>;

/** Parses the command line, runs the command and returns its exit code. */
export async function runProgram(argv: readonly string[]): Promise<number> {
  let exitCode = 0;
  const program = buildProgram((code) => {
    exitCode = code;
  });
  try {
    await program.parseAsync([...argv]);
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    throw error;
  }
  return exitCode;
}

function buildProgram(done: (exitCode: number) => void): Command {
  const program = new Command("sygaldry")
    .description("One file (sygaldry.yaml) to a running, reproducible, GPU-aware dev container.")
    .version(version, "-V, --version", "print the version")
    .helpOption("-h, --help", "print this text")
    .configureHelp({ showGlobalOptions: false })
    .addHelpText(
      "after",
      "\nExit codes: 0 done, 1 failed, 2 usage, 3 a needed tool or daemon is missing, 4 bad configuration, 130 cancelled.",
    )
    .showSuggestionAfterError()
    .enablePositionalOptions();

  const command = <Options extends CommonOptions>(
    name: string,
    description: string,
    load: () => Promise<Run<Options>>,
  ) => {
    const made = common(program.command(name).description(description).exitOverride());
    made.action(async (...parameters: unknown[]) => {
      const options = made.opts<Options>();
      done(await runCommand(load, options, made.args));
      void parameters;
    });
    return made;
  };
  program.exitOverride();

  command(
    "init",
    "write sygaldry.yaml for this repository and render the dev container",
    async () => (await import("./commands/init.ts")).init,
  )
    .option("-y, --yes", "take the suggested answers")
    .option("--force", "replace an existing .devcontainer (copies are kept)")
    .option("--base <image>", "base image");
  command(
    "config",
    "print the configuration in force",
    async () => (await import("./commands/config.ts")).config,
  ).option("--explain", "say where each value comes from");
  command(
    "host",
    "print what is known of this machine: engine, builder, GPU, disk",
    async () => (await import("./commands/host.ts")).host,
  );
  command(
    "render",
    "write .devcontainer/ from sygaldry.yaml",
    async () => (await import("./commands/render.ts")).renderCommand,
  )
    .option("--check", "write nothing; exit 1 with a diff when the files are stale")
    .option("--force", "overwrite files that were edited by hand (copies are kept)");
  command("build", "build the image", async () => (await import("./commands/build.ts")).build).option(
    "--no-cache",
    "build every step anew",
  );
  command(
    "up",
    "bring the container up with the least work, and say why",
    async () => (await import("./commands/up.ts")).up,
  )
    .option("--rebuild", "build and make the container anew whatever its state")
    .option("--no-cache", "with --rebuild: build every step anew")
    .option("--dry-run", "say what would be done, and why")
    .option("--adopt", "use the project's storage although another repository uses it")
    .option("--force", "overwrite rendered files that were edited by hand (copies are kept)");
  command(
    "exec",
    "run a command in the container: sygaldry exec -- CMD…",
    async () => (await import("./commands/exec.ts")).exec,
  )
    .argument("<command...>", "the command and its arguments, passed as given")
    .option("--cwd <folder>", "working directory in the container")
    .option("-e, --env <name=value>", "variable to set (repeatable)", collect, [])
    .option("-t, --tty", "give the command a terminal (default: when stdin and stdout are one)")
    .option("-T, --no-tty", "give it none")
    .passThroughOptions();
  command("shell", "open a shell in the container", async () => (await import("./commands/exec.ts")).shell);
  command(
    "launch",
    "up, then run a command (or a shell) in the container",
    async () => (await import("./commands/launch.ts")).launch,
  )
    .argument("[command...]", "the command and its arguments, passed as given")
    .addOption(
      new Option("--entrypoint <name>", "pass the command to container/entrypoints/<name>.sh").env(
        "SYGALDRY_ENTRYPOINT",
      ),
    )
    .option("--adopt", "use the project's storage although another repository uses it")
    .passThroughOptions();
  command(
    "status",
    "print the state of image, container and rendered files",
    async () => (await import("./commands/status.ts")).status,
  );
  command(
    "logs",
    "print the container's own output, or the log of the last build",
    async () => (await import("./commands/logs.ts")).logs,
  )
    .option("-f, --follow", "go on as more comes")
    .option("-n, --lines <count>", "only the last lines")
    .option("--build", "the log of the last build or start");
  command("down", "stop the container", async () => (await import("./commands/down.ts")).down)
    .option("--remove", "remove it too (storage stays)")
    .option("--volumes", "with --remove: remove its volumes too (this checkout's Bazel output)");
  program
    .command("completion")
    .description("print a completion script")
    .argument("<shell>", "bash, zsh or fish")
    .exitOverride()
    .action((shell: string) => {
      const script = completionScript(shell, program);
      if (script === undefined) {
        process.stderr.write(
          `error[SYG-USAGE]: there is no completion for ${shell}; choose bash, zsh or fish\n`,
        );
        done(2);
      } else process.stdout.write(script);
    });
  return program;
}

function common(command: Command): Command {
  return command
    .option("--config <file>", "another sygaldry.yaml; its folder is the repository")
    .option("--project-id <id>", "another project id")
    .option("--image <name>", "another name for the image")
    .option("--gpu <mode>", "auto, on or off")
    .option("--storage-root <folder>", "where the projects' storage lies")
    .option("--portable", "render for any machine instead of this one")
    .option("--json", "print the result as one JSON object")
    .option("-q, --quiet", "print only warnings and errors on stderr")
    .option("-v, --verbose", "print more on stderr");
}

async function runCommand<Options extends CommonOptions>(
  load: () => Promise<Run<Options>>,
  options: Options,
  args: readonly string[],
): Promise<number> {
  const cancel = new AbortController();
  const onSignal = () => cancel.abort();
  process.once("SIGINT", onSignal);
  process.once("SIGTERM", onSignal);
  try {
    return await (await load())(options, args, cancel.signal);
  } catch (error) {
    printFailure(error, outputOptions(options));
    return exitCodeOf(error);
  } finally {
    process.removeListener("SIGINT", onSignal);
    process.removeListener("SIGTERM", onSignal);
  }
}

function collect(value: string, before: readonly string[]): readonly string[] {
  return [...before, value];
}

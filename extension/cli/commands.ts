import { Option } from "commander";
import { bazelCommands } from "./bazel-commands.ts";
import type { CommandDefinition, CommandGroup } from "./command-definition.ts";
import { jobCommands } from "./job-commands.ts";
import { pythonCommands } from "./python-commands.ts";
import { spackCommands } from "./spack-commands.ts";

const adopt = "use the project's storage although another repository uses it";

export const commands: readonly (CommandDefinition | CommandGroup)[] = [
  {
    name: "init",
    description: "write sygaldry.yaml for this repository and render the dev container",
    define: (command) =>
      command
        .option("-y, --yes", "take the suggested answers")
        .option("--force", "replace an existing .devcontainer (copies are kept)")
        .option("--base <image>", "base image"),
    load: async () => (await import("./commands/init.ts")).init,
  },
  {
    name: "config",
    description: "print the configuration in force",
    define: (command) => command.option("--explain", "say where each value comes from"),
    load: async () => (await import("./commands/config.ts")).config,
  },
  {
    name: "host",
    description: "print what is known of this machine: engine, builder, GPU, disk",
    load: async () => (await import("./commands/host.ts")).host,
  },
  {
    name: "render",
    description: "write .devcontainer/ from sygaldry.yaml",
    define: (command) =>
      command
        .option("--check", "write nothing; exit 1 with a diff when the files are stale")
        .option("--force", "overwrite files that were edited by hand (copies are kept)"),
    load: async () => (await import("./commands/render.ts")).renderCommand,
  },
  {
    name: "build",
    description: "build the image",
    define: (command) => command.option("--no-cache", "build every step anew"),
    load: async () => (await import("./commands/build.ts")).build,
  },
  {
    name: "up",
    description: "bring the container up with the least work, and say why",
    define: (command) =>
      command
        .option("--rebuild", "build and make the container anew whatever its state")
        .option("--no-cache", "with --rebuild: build every step anew")
        .option("--dry-run", "say what would be done, and why")
        .option("--adopt", adopt)
        .option("--force", "overwrite rendered files that were edited by hand (copies are kept)"),
    load: async () => (await import("./commands/up.ts")).up,
  },
  {
    name: "exec",
    description: "run a command in the container: sygaldry exec -- CMD…",
    define: (command) =>
      command
        .argument("<command...>", "the command and its arguments, passed as given")
        .option("--cwd <folder>", "working directory in the container")
        .option("-e, --env <name=value>", "variable to set (repeatable)", collect, [])
        .option("-t, --tty", "give the command a terminal (default: when stdin and stdout are one)")
        .option("-T, --no-tty", "give it none")
        .passThroughOptions(),
    load: async () => (await import("./commands/exec.ts")).exec,
  },
  {
    name: "shell",
    description: "open a shell in the container",
    load: async () => (await import("./commands/exec.ts")).shell,
  },
  {
    name: "launch",
    description: "up, then run a command (or a shell) in the container",
    define: (command) =>
      command
        .argument("[command...]", "the command and its arguments, passed as given")
        .addOption(
          new Option("--entrypoint <name>", "pass the command to container/entrypoints/<name>.sh").env(
            "SYGALDRY_ENTRYPOINT",
          ),
        )
        .option("--adopt", adopt)
        .passThroughOptions(),
    load: async () => (await import("./commands/launch.ts")).launch,
  },
  {
    name: "status",
    description: "print the state of image, container and rendered files",
    load: async () => (await import("./commands/status.ts")).status,
  },
  {
    name: "logs",
    description: "print the container's own output, or the log of the last build",
    define: (command) =>
      command
        .option("-f, --follow", "go on as more comes")
        .option("-n, --lines <count>", "only the last lines")
        .option("--build", "the log of the last build or start"),
    load: async () => (await import("./commands/logs.ts")).logs,
  },
  {
    name: "down",
    description: "stop the container",
    define: (command) =>
      command
        .option("--remove", "remove it too (storage stays)")
        .option("--volumes", "with --remove: remove its volumes too (this checkout's Bazel output)"),
    load: async () => (await import("./commands/down.ts")).down,
  },
  {
    name: "spack",
    description: "the Spack environments of the repository",
    commands: spackCommands,
  },
  {
    name: "bazel",
    description: "the Bazel workspace of the repository",
    commands: bazelCommands,
  },
  {
    name: "python",
    description: "uv on top of Spack: which Python packages are whose, and whether they agree",
    commands: pythonCommands,
  },
  {
    name: "job",
    description: "long work that survives this terminal and tells the truth about itself",
    commands: jobCommands,
  },
  {
    name: "language-server",
    description: "serve an editor that edits spack.yaml and sygaldry.yaml",
    define: (command) => command.option("--stdio", "talk over stdin and stdout"),
    load: async () => (await import("./commands/language-server.ts")).languageServer,
  },
];

function collect(value: string, before: readonly string[]): readonly string[] {
  return [...before, value];
}

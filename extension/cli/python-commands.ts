import type { Command } from "commander";
import type { CommandDefinition } from "./command-definition.ts";

const environment = "folder or name of the Spack environment (default: the active one, else the nearest)";

/** `sygaldry python …` */
export const pythonCommands: readonly CommandDefinition[] = [
  {
    name: "list",
    description: "the Python distributions that Spack has installed, and which package each is part of",
    define: (command) => local(command.argument("[environment]", environment)),
    load: async () => (await import("./commands/python/list.ts")).list,
  },
  {
    name: "which",
    description: "whose a distribution or a module is: Spack's or uv's, and the file that is imported",
    define: (command) => chosen(command.argument("<name>", "a distribution or a top-level module")),
    load: async () => (await import("./commands/python/which.ts")).which,
  },
  {
    name: "check",
    description: "where Spack, uv's lock and what is installed disagree; exits 1 when something is wrong",
    define: chosen,
    load: async () => (await import("./commands/python/check.ts")).check,
  },
  {
    name: "sync",
    description:
      "`uv sync` with Spack's packages in their place, and a check that they are the ones imported",
    define: uv,
    load: async () => (await import("./commands/python/sync.ts")).sync,
  },
  {
    name: "lock",
    description: "`uv lock` against the versions that Spack has",
    define: uv,
    load: async () => (await import("./commands/python/sync.ts")).lock,
  },
  {
    name: "add",
    description: "`uv add`, then the same check as after `sync`",
    define: uv,
    load: async () => (await import("./commands/python/sync.ts")).add,
  },
  {
    name: "env",
    description: 'print shell code that lets every uv know Spack\'s packages: eval "$(sygaldry python env)"',
    define: (command) =>
      local(
        command
          .argument("[environment]", "folder or name of the Spack environment (default: the active one)")
          .option("--nearest", "where none is active, the nearest one, if there is any"),
      ),
    load: async () => (await import("./commands/python/env.ts")).env,
  },
];

/** What uv takes goes to uv: also what looks like an option and is none of ours. */
function uv(command: Command): Command {
  return chosen(command.argument("[arguments...]", "what uv takes; after -- also options that are ours too"))
    .allowUnknownOption()
    .usage("[options] [arguments...]");
}

function chosen(command: Command): Command {
  return local(command.option("-e, --environment <environment>", environment));
}

function local(command: Command): Command {
  return command.option("--local", "this machine's own tools, although a container is configured");
}

import { type Command, InvalidArgumentError, Option } from "commander";
import type { CommandDefinition } from "./commands.ts";

const environment = "folder or name of the environment (default: the nearest spack.yaml upwards)";

/** `sygaldry spack …` */
export const spackCommands: readonly CommandDefinition[] = [
  {
    name: "list",
    description: "the environments of the repository: solved, installed, stale or broken",
    load: async () => (await import("./commands/spack/list.ts")).list,
  },
  {
    name: "show",
    description: "what an environment asks for, what it was solved to, and what is installed",
    define: (command) =>
      command.argument("[environment]", environment).option("--all", "every package, not only the roots"),
    load: async () => (await import("./commands/spack/show.ts")).show,
  },
  {
    name: "tree",
    description: "the dependencies of an environment's roots",
    define: (command) => scope(command.argument("[environment]", environment)),
    load: async () => (await import("./commands/spack/tree.ts")).tree,
  },
  {
    name: "why",
    description: "why a package is there: who needs it, and the way from each root",
    define: (command) =>
      types(command.argument("<package>", "a name, a /hash or a spec")).addOption(environmentOption()),
    load: async () => (await import("./commands/spack/why.ts")).why,
  },
  {
    name: "diff",
    description: "what changed between two locks, and what is rebuilt because of what",
    define: (command) =>
      command
        .argument("<before>", "an environment, a lock file, or REVISION:PATH of git")
        .argument(
          "[after]",
          "the same; without it, BEFORE as it is in git's HEAD against BEFORE as it is now",
        ),
    load: async () => (await import("./commands/spack/diff.ts")).diff,
  },
  {
    name: "graph",
    description: "the dependency graph, to be drawn",
    define: (command) =>
      scope(command.argument("[environment]", environment)).addOption(
        new Option("--format <format>", "for Graphviz, Mermaid or programs")
          .choices(["dot", "mermaid", "json"])
          .default("dot"),
      ),
    load: async () => (await import("./commands/spack/graph.ts")).graph,
  },
];

function environmentOption(): Option {
  return new Option("-e, --environment <environment>", environment);
}

/** Which part of the graph. */
function scope(command: Command): Command {
  return types(
    command
      .option("--root <spec>", "begin at this package instead of the roots (repeatable)", collect, [])
      .option("--depth <count>", "how many edges to follow", wholeNumber),
  );
}

function types(command: Command): Command {
  return command.option(
    "--types <list>",
    "which dependencies to follow, of build, link, run, test (default: all)",
    dependencyTypes,
  );
}

function collect(value: string, before: readonly string[]): readonly string[] {
  return [...before, value];
}

function wholeNumber(value: string): number {
  if (!/^\d+$/.test(value)) throw new InvalidArgumentError("It must be a whole number.");
  return Number(value);
}

function dependencyTypes(value: string): readonly string[] {
  const list = value.split(",").map((word) => word.trim());
  const wrong = list.find((word) => !["build", "link", "run", "test"].includes(word));
  if (wrong !== undefined) throw new InvalidArgumentError(`"${wrong}" is none of build, link, run, test.`);
  return list;
}

import { type Command, InvalidArgumentError, Option } from "commander";
import type { CommandDefinition } from "./command-definition.ts";
import { collect, wholeNumber } from "./option-values.ts";

const environment = "folder or name of the environment (default: the nearest spack.yaml upwards)";

/** `sygaldry spack …` */
export const spackCommands: readonly CommandDefinition[] = [
  {
    name: "list",
    description: "the environments of the repository: solved, installed, stale or broken",
    define: local,
    load: async () => (await import("./commands/spack/list.ts")).list,
  },
  {
    name: "show",
    description: "what an environment asks for, what it was solved to, and what is installed",
    define: (command) =>
      local(
        command.argument("[environment]", environment).option("--all", "every package, not only the roots"),
      ),
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
      types(
        command
          .usage("[options] [environment] <package>")
          .argument("<environment-or-package>", environment)
          .argument("[package]", "a name, a /hash or a spec"),
      ).addOption(environmentOption()),
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
  {
    name: "verify",
    description:
      "compare lock, installed files and views with their records; exits 1 when something is damaged",
    define: (command) =>
      local(
        command
          .argument("[environment]", environment)
          .option("--quick", "trust files whose size and time are as recorded"),
      ),
    load: async () => (await import("./commands/spack/verify.ts")).verify,
  },
  {
    name: "plan",
    description: "what `install` would do: from which cache, from source, and about how long",
    define: (command) => local(caches(command.argument("[environment]", environment))),
    load: async () => (await import("./commands/spack/plan.ts")).plan,
  },
  {
    name: "create",
    description: "a new environment in this repository",
    define: (command) =>
      local(
        command
          .argument("<name>", "it goes to spack/NAME; or the path of a folder")
          .option("--spec <spec>", "what it asks for (repeatable)", collect, [])
          .option("--view <folder>", "where its view goes (default: a folder of its own)")
          .option("--no-view", "without a view")
          .option("--from <file>", "a spack.yaml, a spack.lock or an environment to begin with"),
      ),
    load: async () => (await import("./commands/spack/create.ts")).create,
  },
  {
    name: "concretize",
    description: "solve an environment and write its lock",
    define: (command) =>
      local(
        command
          .argument("[environment]", environment)
          .option("-f, --force", "solve anew although there is a lock")
          .addOption(
            new Option("--reuse <what>", "what installed packages count for").choices([
              "all",
              "dependencies",
              "none",
            ]),
          )
          .addOption(new Option("--test <which>", "with test dependencies").choices(["root", "all"]))
          .option("-j, --jobs <count>", "parallel jobs", wholeNumber),
      ),
    load: async () => (await import("./commands/spack/concretize.ts")).concretize,
  },
  {
    name: "install",
    description: "install what an environment's lock holds, with live progress",
    define: (command) =>
      local(
        caches(command.argument("[environment]", environment))
          .argument("[arguments...]", "further arguments of `spack install`, after --")
          .option("-j, --jobs <count>", "parallel jobs of a build", wholeNumber)
          .option("-p, --concurrent <count>", "packages built at once", wholeNumber)
          .option("--fail-fast", "stop at the first failure")
          .option("--keep-stage", "keep the folders of builds")
          .option("--events", "print a JSON object a line for each event"),
      ),
    load: async () => (await import("./commands/spack/install.ts")).install,
  },
  {
    name: "push",
    description: "push what an environment has installed to a build cache",
    define: (command) =>
      local(
        command
          .argument("[environment]", environment)
          .option("--to <mirror>", "name, folder or URL (default: the project's build cache)")
          .option("-f, --force", "overwrite what is there")
          .option("--sign [key]", "sign, with this key or the default one")
          .option("--no-index", "leave the cache's index as it is")
          .option("--build-dependencies", "with what is needed for building only")
          .option("-j, --jobs <count>", "parallel uploads", wholeNumber),
      ),
    load: async () => (await import("./commands/spack/push.ts")).push,
  },
  {
    name: "activate",
    description: 'print shell code that makes an environment active: eval "$(sygaldry spack activate)"',
    define: (command) =>
      local(
        shells(
          command
            .argument("[environment]", environment)
            .option("--view <name>", "the view to use (default: the one called default)")
            .option("--no-view", "without a view"),
        ),
      ),
    load: async () => (await import("./commands/spack/activate.ts")).activate,
  },
  {
    name: "deactivate",
    description: "print shell code that leaves the active environment",
    define: (command) => local(shells(command)),
    load: async () => (await import("./commands/spack/activate.ts")).deactivate,
  },
];

function caches(command: Command): Command {
  return command.addOption(
    new Option("--cache <use>", "build caches: where they have it, alone, or not at all").choices([
      "auto",
      "only",
      "never",
    ]),
  );
}

function local(command: Command): Command {
  return command.option("--local", "this machine's own Spack, although a container is configured");
}

/** Which shell the code is for, and how exact it is. */
function shells(command: Command): Command {
  return command
    .addOption(new Option("--shell <shell>", "the language").choices(["sh", "fish", "csh"]).default("sh"))
    .addOption(
      new Option("--exact [when]", "ask Spack itself, always or where a recipe is not understood; once")
        .choices(["always", "needed"])
        .preset("always"),
    );
}

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

function dependencyTypes(value: string): readonly string[] {
  const list = value.split(",").map((word) => word.trim());
  const wrong = list.find((word) => !["build", "link", "run", "test"].includes(word));
  if (wrong !== undefined) throw new InvalidArgumentError(`"${wrong}" is none of build, link, run, test.`);
  return list;
}

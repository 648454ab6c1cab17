import { type Command, Option } from "commander";
import type { CommandDefinition } from "./command-definition.ts";
import { collect, positive, wholeNumber } from "./option-values.ts";

const patterns =
  "//..., //a/b/..., //a/b:all, //a/b:name, or without // from here: ..., b:all, :name; a path (., ./b) is all of that package";
const pattern = `${patterns} (default: //...)`;

/** `sygaldry bazel …` */
export const bazelCommands: readonly CommandDefinition[] = [
  {
    name: "targets",
    description: "the rules of the workspace: label, kind and place",
    define: (command) =>
      local(
        kinds(command.argument("[pattern]", pattern)).option(
          "--scan",
          "read the BUILD files alone, and never start Bazel",
        ),
      ),
    load: async () => (await import("./commands/bazel/targets.ts")).targets,
  },
  building("build", "build with the real Bazel, then say what failed and what came from which cache"),
  building("test", "build and test, then say which tests failed and why"),
  building("run", "build one target, then run it: sygaldry bazel run TARGET -- ARG…"),
  {
    name: "info",
    description: "what is known of the workspace, its output base, server and caches, without Bazel",
    define: (command) =>
      local(
        command
          .argument("[key...]", "only these, as output_base or disk_cache.path")
          .option("--start", "ask Bazel too, which may start its server"),
      ),
    load: async () => (await import("./commands/bazel/info.ts")).info,
  },
  {
    name: "profile",
    description: "where the time of a build went",
    define: (command) =>
      local(
        command
          .argument("[file]", "a profile of Bazel (default: that of the workspace's last build)")
          .option("--top <count>", "how many of the slowest actions", positive, 10),
      ),
    load: async () => (await import("./commands/bazel/profile.ts")).profile,
  },
  {
    name: "graph",
    description: "what targets depend on, as a tree or to be drawn",
    define: (command) =>
      graphScope(
        command
          .argument("[pattern]", pattern)
          .option("--depth <count>", "how many edges to follow", wholeNumber)
          .option("--reverse", "who depends on them instead")
          .option("--files", "source files too")
          .addOption(
            new Option("--format <format>", "a tree, or for Graphviz, Mermaid or programs")
              .choices(["text", "dot", "mermaid", "json"])
              .default("text"),
          ),
      ),
    load: async () => (await import("./commands/bazel/graph.ts")).graph,
  },
  {
    name: "why",
    description: "a shortest way by which one target depends on another; exits 1 when there is none",
    define: (command) =>
      graphScope(
        command
          .argument("<from>", patterns)
          .argument("<to>", "likewise; a source file too")
          .option("--all", "all ways, as a tree"),
      ),
    load: async () => (await import("./commands/bazel/why.ts")).why,
  },
  {
    name: "affected",
    description: "the targets that a change touches; exits 1 when Bazel could not read all there is",
    define: (command) =>
      local(
        kinds(
          command
            .requiredOption("--since <revision>", "what to compare the files with, as origin/main")
            .option("--merge-base", "compare with where this branch left the revision")
            .option("--tests", "tests alone, without those tagged manual")
            .option("--why", "say of each what has changed"),
        ),
      ),
    load: async () => (await import("./commands/bazel/affected.ts")).affected,
  },
  {
    name: "reproduce",
    description: "build twice without caches and compare all that was made; exits 1 when it differs",
    define: (command) =>
      local(
        command
          .usage("[options] <target...> [-- <options of bazel build...>]")
          .argument("<target...>", patterns)
          .option("--keep", "leave the output bases and execution logs"),
      ),
    load: async () => (await import("./commands/bazel/reproduce.ts")).reproduce,
  },
  {
    name: "sync",
    description: "set the repository up for Bazel and its Spack environments, and keep it so",
    define: (command) =>
      command
        .option("--check", "write nothing; fail with the differences when it is not in sync")
        .option("--dry-run", "write nothing; show what would change")
        .option("--force", "overwrite what was edited by hand; a copy of it is kept"),
    load: async () => (await import("./commands/bazel/sync.ts")).sync,
  },
];

/** Options and targets are Bazel's own. */
function building(name: "build" | "test" | "run", description: string): CommandDefinition {
  return {
    ...{ name, description, passesOptions: true },
    define: (command) =>
      local(
        command
          .argument("[bazel-argument...]", "targets and options, passed to Bazel as given")
          .option(
            "--startup <option>",
            "an option that Bazel takes before the command (repeatable)",
            collect,
            [],
          ),
      ),
    load: async () => (await import("./commands/bazel/build.ts"))[name],
  };
}

function kinds(command: Command): Command {
  return command.option("--kind <kind>", "only these, as cc_library or *_test (repeatable)", collect, []);
}

function graphScope(command: Command): Command {
  return local(
    command
      .option("--implicit", "also what rules depend on without saying so: toolchains, test runners")
      .option("--external", "also what is inside other repositories, which are fetched for it"),
  );
}

function local(command: Command): Command {
  return command.option("--local", "this machine's own Bazel, although a container is configured");
}

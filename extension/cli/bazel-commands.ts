import { InvalidArgumentError } from "commander";
import type { CommandDefinition } from "./command-definition.ts";

const pattern =
  "//..., //a/b/..., //a/b:all, //a/b:name, or without // from here: ..., b:all, :name; a path (., ./b) is all of that package (default: //...)";

const local = "this machine's own Bazel, although a container is configured";

/** `sygaldry bazel …` */
export const bazelCommands: readonly CommandDefinition[] = [
  {
    name: "targets",
    description: "the rules of the workspace: label, kind and place",
    define: (command) =>
      command
        .argument("[pattern]", pattern)
        .option("--kind <kind>", "only these, as cc_library or *_test (repeatable)", collect, [])
        .option("--scan", "read the BUILD files alone, and never start Bazel")
        .option("--local", local),
    load: async () => (await import("./commands/bazel/targets.ts")).targets,
  },
  building("build", "build with the real Bazel, then say what failed and what came from which cache"),
  building("test", "build and test, then say which tests failed and why"),
  building("run", "build one target, then run it: sygaldry bazel run TARGET -- ARG…"),
  {
    name: "info",
    description: "what is known of the workspace, its output base, server and caches, without Bazel",
    define: (command) =>
      command
        .argument("[key...]", "only these, as output_base or disk_cache.path")
        .option("--start", "ask Bazel too, which may start its server")
        .option("--local", local),
    load: async () => (await import("./commands/bazel/info.ts")).info,
  },
  {
    name: "profile",
    description: "where the time of a build went",
    define: (command) =>
      command
        .argument("[file]", "a profile of Bazel (default: that of the workspace's last build)")
        .option("--top <count>", "how many of the slowest actions", count, 10)
        .option("--local", local),
    load: async () => (await import("./commands/bazel/profile.ts")).profile,
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
      command
        .argument("[bazel-argument...]", "targets and options, passed to Bazel as given")
        .option(
          "--startup <option>",
          "an option that Bazel takes before the command (repeatable)",
          collect,
          [],
        )
        .option("--local", local),
    load: async () => (await import("./commands/bazel/build.ts"))[name],
  };
}

function count(text: string): number {
  if (!/^[1-9]\d{0,5}$/.test(text)) throw new InvalidArgumentError("It is no count.");
  return Number(text);
}

function collect(value: string, before: readonly string[]): readonly string[] {
  return [...before, value];
}

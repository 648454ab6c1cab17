import type { CommandDefinition } from "./command-definition.ts";

const pattern =
  "//..., //a/b/..., //a/b:all, //a/b:name, or without // from here: ..., b:all, :name; a path (., ./b) is all of that package (default: //...)";

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
        .option("--local", "this machine's own Bazel, although a container is configured"),
    load: async () => (await import("./commands/bazel/targets.ts")).targets,
  },
];

function collect(value: string, before: readonly string[]): readonly string[] {
  return [...before, value];
}

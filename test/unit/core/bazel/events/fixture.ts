import type { BazelBuild } from "../../../../../extension/core/bazel/events/build.ts";
import { readBuild } from "../../../../../extension/core/bazel/events/follow-build.ts";
import { inRepository } from "../../../../support/paths.ts";

export function eventFile(name: string): string {
  return inRepository("test/fixtures/bazel/events", `${name}.jsonl`);
}

/** With the output of the failed actions, and /workspace as the root. */
export const places = {
  reach: (file: string) =>
    file.replace(/^.*\/_tmp\/actions/, inRepository("test/fixtures/bazel/events/actions")),
  local: (file: string) => file.replace(/^\/workspace\//, ""),
};

export function recorded(name: string): Promise<BazelBuild> {
  return readBuild(eventFile(name), places);
}

export function states({ targets }: BazelBuild): Readonly<Record<string, string>> {
  return Object.fromEntries(targets.map(({ label, state }) => [label, state]));
}

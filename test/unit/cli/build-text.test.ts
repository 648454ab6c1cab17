import { expect, it } from "vitest";
import { tellBuild } from "../../../extension/cli/commands/bazel/build-text.ts";
import { processRunner } from "../../../extension/core/base/process.ts";
import { buildExit } from "../../../extension/core/bazel/events/exit.ts";
import { buildReader } from "../../../extension/core/bazel/events/reader.ts";
import { hereSite } from "../../../extension/core/site/here.ts";

/** As Bazel 7.7.1 writes it without a terminal. */
const stderr = `Analyzing: target //:bad (0 packages loaded)
[0 / 1] [Prepa] BazelWorkspaceStatusAction
ERROR: /ws/BUILD.bazel:8:8: Executing genrule //:bad failed: (Exit 3): bash failed: error executing Genrule command
  (cd /execroot && exec /bin/bash -c 'cat x')

Use --sandbox_debug to see verbose messages from the sandbox
a.c:1:2: error: nope
INFO: Elapsed time: 0.5s
ERROR: Build did NOT complete successfully
`;

it("tells what a compiler said, although no events could be read (unit)", () => {
  const build = buildReader((file) => file).build();
  const outcome = { build, exit: buildExit(1), told: false, stderr, profile: undefined, script: undefined };
  const bazel = { program: "bazel", version: { text: "7.7.1", number: [7, 7] as const }, wanted: undefined };
  const site = hereSite("local", processRunner, {});
  const text = tellBuild({ ...outcome, root: "/ws", bazel, command: "build", site }, new Map());
  expect(text).toContain("a.c:1:2: error: nope\nERROR: Build did NOT complete");
  expect(text).not.toMatch(/Analyzing|Elapsed/);
});

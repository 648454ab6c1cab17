// `npm run check`: the fast gate. Everything is run even when something fails, so that one run tells all.
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import path from "node:path";

// test/run.sh wants to know what came of it: the tests from the reporter, the failed steps from check.txt.
const results = process.env.SYGALDRY_TEST_RESULTS;
const reporters = ["--reporter=dot", ...(results ? ["--reporter=./test/support/reporter.ts"] : [])];

const buildifier = ["-mode=check", "-lint=warn", "-warnings=all"];

/** @type {[string, string, string[]][]} */
const steps = [
  ["types", "tsc", ["--noEmit"]],
  ["lint", "biome", ["check", "--error-on-warnings", "."]],
  ["lint (promises)", "oxlint", ["--type-aware", "--deny-warnings", "extension", "test", "build"]],
  [
    "lint (Starlark)",
    "buildifier",
    [...buildifier, "-r", "templates/bazel", "examples", "test/golden/bazel"],
  ],
  ["dead code", "knip", []],
  ["unit tests", "vitest", ["run", "--project", "unit", ...reporters]],
  ["bundles", process.execPath, ["build/bundle.mjs"]],
  ["rendered files", process.execPath, ["dist/cli.cjs", "render", "--check"]],
];

const failed = [];
for (const [name, command, args] of steps) {
  const started = performance.now();
  const { status } = spawnSync(command, args, { stdio: "inherit" });
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  process.stderr.write(`${status === 0 ? "ok    " : "FAILED"} ${name} (${seconds} s)\n`);
  if (status !== 0) failed.push(name);
}
if (failed.length > 0) {
  if (results) writeFileSync(path.join(results, "check.txt"), `${failed.join("\n")}\n`);
  process.stderr.write(`check failed: ${failed.join(", ")}\n`);
  process.exit(1);
}

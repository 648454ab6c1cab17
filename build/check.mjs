// `npm run check`: the fast gate. Everything is run even when something fails, so that one run tells all.
import { spawnSync } from "node:child_process";

const steps = [
  ["types", "tsc", ["--noEmit"]],
  ["lint", "biome", ["check", "--error-on-warnings", "."]],
  ["lint (promises)", "oxlint", ["--type-aware", "--deny-warnings", "extension", "test", "build"]],
  ["dead code", "knip", []],
  ["unit tests", "vitest", ["run", "--project", "unit", "--reporter=dot"]],
  ["bundles", process.execPath, ["build/bundle.mjs"]],
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
  process.stderr.write(`check failed: ${failed.join(", ")}\n`);
  process.exit(1);
}

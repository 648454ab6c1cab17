import { removeRecord } from "../../../core/bazel/build/records.ts";
import { runBuild } from "../../../core/bazel/build/run-build.ts";
import { findWorkspaceRoot } from "../../../core/bazel/workspace/find-root.ts";
import { findBazel } from "../../../core/bazel/workspace/program.ts";
import type { Site } from "../../../core/site/site.ts";
import { runAttached } from "../../attached.ts";
import { buildView } from "../../build-view.ts";
import { loadOptions, outputOptions } from "../../options.ts";
import { createOutput } from "../../output.ts";
import { chooseSite, type SiteOptions } from "../../site.ts";
import { standardError } from "../../standard-streams.ts";
import { execCommand } from "../exec.ts";
import { buildJson, buildSummary, tellBuild } from "./build-text.ts";
import { readLogs } from "./test-logs.ts";

interface BuildCommandOptions extends SiteOptions {
  readonly startup?: readonly string[];
}

type Run = (options: BuildCommandOptions, args: readonly string[], signal: AbortSignal) => Promise<number>;

export const build: Run = (options, args, signal) => runCommand("build", options, args, signal);
export const test: Run = (options, args, signal) => runCommand("test", options, args, signal);
export const run: Run = (options, args, signal) => runCommand("run", options, args, signal);

async function runCommand(
  command: "build" | "test" | "run",
  options: BuildCommandOptions,
  args: readonly string[],
  signal: AbortSignal,
): Promise<number> {
  const output = createOutput(outputOptions(options));
  const { cwd } = loadOptions(options);
  const { root } = await findWorkspaceRoot(cwd);
  const site = await chooseSite(options, output);
  const bazel = await findBazel(site, root, signal);
  const end = args.indexOf("--");
  const [own, rest] = end < 0 ? [args, []] : [args.slice(0, end), args.slice(end)];
  const request = { command, startup: options.startup ?? [], args: own, rest };
  const view = buildView(outputOptions(options));
  const timer = standardError().isTTY && !options.quiet ? setInterval(view.redraw, 100) : undefined;
  const second = secondInterrupt(signal);
  const place = { ...{ site, bazel, root, cwd }, environment: process.env };
  const outcome = await runBuild(place, request, {
    ...{ onLine: view.onLine, onFailure: view.onFailure, onTest: view.onTest },
    ...{ terminal: Boolean(standardError().isTTY), signal, kill: second.signal },
  }).finally(() => {
    clearInterval(timer);
    view.end();
    second.dispose();
  });
  const { exit, script } = outcome;
  const built = { ...outcome, root, bazel, command, site };
  if (command === "run" && exit.code === 0 && script !== undefined) {
    if (!options.quiet) output.info(buildSummary(outcome.build));
    try {
      return await runProgram(site, script, options, cwd);
    } finally {
      await removeRecord(site, script);
    }
  }
  const logs = await readLogs(outcome.build.tests, (file) => site.paths.local(file));
  output.result(buildJson(built, logs), tellBuild(built, logs));
  return exitCode(exit.code);
}

/** The program has this terminal, and its exit code is ours. */
function runProgram(site: Site, script: string, options: BuildCommandOptions, cwd: string): Promise<number> {
  return site.kind === "container" ? execCommand(options, [script]) : runAttached(script, [], cwd);
}

/** Bazel's own is in the JSON. */
function exitCode(bazel: number): number {
  if (bazel === 0) return 0;
  return bazel === 8 ? 130 : bazel === 2 ? 2 : 1;
}

/** Fires with the second Ctrl-C: the first has interrupted the build. */
function secondInterrupt(first: AbortSignal): { readonly signal: AbortSignal; dispose(): void } {
  const second = new AbortController();
  const onSignal = () => second.abort();
  const listen = () => process.on("SIGINT", onSignal);
  first.addEventListener("abort", listen, { once: true });
  return {
    signal: second.signal,
    dispose: () => {
      first.removeEventListener("abort", listen);
      process.removeListener("SIGINT", onSignal);
    },
  };
}

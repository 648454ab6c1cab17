import { recordingSolve } from "../../../core/spack/environment/solve.ts";
import type { SolveOptions } from "../../../core/spack/run/commands.ts";
import { concretizeCommand } from "../../../core/spack/run/commands.ts";
import { parseConcretizeOutput } from "../../../core/spack/run/concretize-output.ts";
import { runSpackChecked } from "../../../core/spack/run/run-spack.ts";
import { duration, liveLines, spinner } from "../../live-lines.ts";
import { outputOptions } from "../../options.ts";
import { createOutput, type Output } from "../../output.ts";
import type { SiteOptions } from "../../site.ts";
import { standardError } from "../../standard-streams.ts";
import { chooseEnvironment } from "./context.ts";
import { openSpack } from "./place.ts";
import { spackSite } from "./spack-site.ts";
import { count } from "./text.ts";

export interface ConcretizeCommandOptions extends SiteOptions {
  readonly force?: boolean;
  readonly reuse?: "all" | "dependencies" | "none";
  readonly test?: "root" | "all";
  readonly jobs?: number;
}

/** Solves an environment and writes its lock. */
export async function concretize(
  options: ConcretizeCommandOptions,
  [name]: readonly string[],
  signal: AbortSignal,
): Promise<number> {
  const output = createOutput(outputOptions(options));
  const environment = await chooseEnvironment(options, name, signal);
  const place = await openSpack(options, environment, output);
  const command = concretizeCommand(place.program, place.environment, solveOptions(options));
  const onLine = (line: string) => output.debug(line);
  const site = await spackSite(options, output, signal);
  const recording = { site, forced: options.force ?? false, log: output, signal };
  const { stdout } = await recordingSolve(environment, recording, () =>
    waiting(`solving ${environment.name}`, options.quiet ?? false, output, () =>
      runSpackChecked(place.site, command, { signal, onLine }),
    ),
  );
  const { changed, roots, specs } = parseConcretizeOutput(stdout);
  const missing = specs.filter(({ state }) => state === "missing").length;
  output.result(
    { environment: environment.name, changed, roots, packages: specs },
    changed
      ? `${environment.name}: ${count(roots, "spec")} solved, ${count(specs.length, "package")}, ${missing} of them to be installed`
      : `${environment.name}: the lock agrees with spack.yaml`,
  );
  return 0;
}

function solveOptions({ force, reuse, test, jobs }: ConcretizeCommandOptions): SolveOptions {
  return {
    ...(force === undefined ? {} : { force }),
    ...(reuse === undefined ? {} : { reuse }),
    ...(test === undefined ? {} : { tests: test }),
    ...(jobs === undefined ? {} : { jobs }),
  };
}

/** The solver says nothing while it works, which takes half a minute and more. */
async function waiting<T>(
  what: string,
  quiet: boolean,
  output: Output,
  action: () => Promise<T>,
): Promise<T> {
  const since = Date.now();
  const stream = standardError();
  if (quiet || !stream.isTTY) {
    output.info(what);
    return action();
  }
  const live = liveLines(stream);
  const draw = () => live.draw([`${spinner(Date.now())} ${what} ${duration((Date.now() - since) / 1000)}`]);
  const timer = setInterval(draw, 100);
  try {
    return await action();
  } finally {
    clearInterval(timer);
    live.erase();
  }
}

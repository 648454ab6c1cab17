import { build as buildProject } from "../../core/container/lifecycle/build.ts";
import { type CommonOptions, loadOptions, outputOptions } from "../options.ts";
import { createOutput } from "../output.ts";
import { withProgress } from "../progress.ts";
import { createToolkit } from "../toolkit.ts";

interface BuildOptions extends CommonOptions {
  readonly cache?: boolean;
}

export async function build(
  options: BuildOptions,
  _args: readonly string[],
  signal: AbortSignal,
): Promise<number> {
  const output = createOutput(outputOptions(options));
  const result = await withProgress(outputOptions(options), async (onProgress) =>
    buildProject(createToolkit(output, onProgress), {
      ...loadOptions(options),
      noCache: options.cache === false,
      signal,
    }),
  );
  output.result(
    { imageName: result.imageName, reason: result.reason, built: result.built, logFile: result.logFile },
    result.built ? `built ${result.imageName}: ${result.reason}` : `${result.imageName} is up to date`,
  );
  return 0;
}

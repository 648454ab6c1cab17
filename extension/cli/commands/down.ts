import { down as bringDown } from "../../core/container/lifecycle/down.ts";
import { projectRoot } from "../../core/project/root.ts";
import { createEngine } from "../engine.ts";
import { type CommonOptions, loadOptions, outputOptions } from "../options.ts";
import { createOutput } from "../output.ts";

interface DownCommandOptions extends CommonOptions {
  readonly remove?: boolean;
  readonly volumes?: boolean;
}

export async function down(
  options: DownCommandOptions,
  _args: readonly string[],
  signal: AbortSignal,
): Promise<number> {
  const output = createOutput(outputOptions(options));
  const { cwd, file } = loadOptions(options);
  const result = await bringDown(
    { engine: createEngine(process.env) },
    {
      root: projectRoot(cwd, file),
      remove: options.remove ?? false,
      volumes: options.volumes ?? false,
      signal,
    },
  );
  const { container, removed, removedVolumes } = result;
  output.result(
    { containerId: container?.id, stopped: container !== undefined, removed, removedVolumes },
    container === undefined
      ? "there is no container"
      : `${removed ? "removed" : "stopped"} ${container.name}`,
  );
  return 0;
}

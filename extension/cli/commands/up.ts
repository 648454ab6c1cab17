import { up as bringUp, type UpResult } from "../../core/container/lifecycle/up.ts";
import { type CommonOptions, loadOptions, outputOptions } from "../options.ts";
import { createOutput } from "../output.ts";
import { withProgress } from "../progress.ts";
import { createToolkit } from "../toolkit.ts";

export interface UpCommandOptions extends CommonOptions {
  readonly rebuild?: boolean;
  /** Commander's name for `--no-cache`. */
  readonly cache?: boolean;
  readonly dryRun?: boolean;
  readonly adopt?: boolean;
  readonly force?: boolean;
}

export async function up(
  options: UpCommandOptions,
  _args: readonly string[],
  signal: AbortSignal,
): Promise<number> {
  const output = createOutput(outputOptions(options));
  const result = await runUp(options, signal);
  output.result(upJson(result), describe(result, options.dryRun ?? false));
  return 0;
}

/** `up` with its progress on stderr. */
export async function runUp(options: UpCommandOptions, signal: AbortSignal): Promise<UpResult> {
  const output = createOutput(outputOptions(options));
  return withProgress(outputOptions(options), async (onProgress) =>
    bringUp(createToolkit(output, onProgress), {
      ...loadOptions(options),
      rebuild: options.rebuild ?? false,
      noCache: options.cache === false,
      dryRun: options.dryRun ?? false,
      adopt: options.adopt ?? false,
      force: options.force ?? false,
      signal,
    }),
  );
}

function upJson({ decision, container, session, rendered, logFile }: UpResult): Record<string, unknown> {
  return {
    action: decision.action,
    reason: decision.reason,
    changes: decision.changes,
    containerId: container?.id,
    remoteUser: session.plan.user.name,
    remoteWorkspaceFolder: session.plan.workspace,
    projectId: session.projectId,
    rendered,
    logFile,
  };
}

function describe({ decision, container }: UpResult, dryRun: boolean): string {
  const name = container === undefined ? "" : ` ${container.name} (${container.id.slice(0, 12)})`;
  if (dryRun) return `would do: ${decision.action}, because ${decision.reason}`;
  return decision.action === "nothing"
    ? `up${name}: nothing to do, ${decision.reason}`
    : `up${name}: ${decision.action}, because ${decision.reason}`;
}

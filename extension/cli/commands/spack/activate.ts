import { messageOf } from "../../../core/base/errors.ts";
import type { Activation } from "../../../core/spack/activate/activation.ts";
import { activationCode, deactivationCode, type Shell } from "../../../core/spack/activate/shell-code.ts";
import { outputOptions } from "../../options.ts";
import { createOutput, type Output } from "../../output.ts";
import type { SiteOptions } from "../../site.ts";
import { activationOf, type Exactness } from "./activation.ts";
import { chooseEnvironment } from "./context.ts";
import { openSpack, refuseContainerShell } from "./place.ts";

interface ShellOptions extends SiteOptions {
  readonly shell?: Shell;
  /** Its answer is kept. */
  readonly exact?: Exactness;
}

export interface ActivateOptions extends ShellOptions {
  /** The view's name; `false` for none. */
  readonly view?: string | false;
}

/** Prints shell code for `eval`: `eval "$(sygaldry spack activate)"`, in fish `sygaldry spack activate | source`. */
export async function activate(
  options: ActivateOptions,
  [name]: readonly string[],
  signal: AbortSignal,
): Promise<number> {
  const output = createOutput(outputOptions(options));
  const environment = await chooseEnvironment(options, name, signal);
  refuseContainerShell(await openSpack(options, environment, output));
  const choice = {
    ...(typeof options.view === "string" ? { view: options.view } : {}),
    withoutView: options.view === false,
  };
  const activation = await activationOf({ ...options, choice }, environment, output, signal);
  const before = await activeOf(options, output, signal);
  const shell = options.shell ?? "sh";
  const code = activationCode(shell, activation, process.env, before);
  output.result({ environment: environment.name, shell, ...activation, code }, code.trimEnd());
  warn(output, activation);
  return 0;
}

/** Prints shell code that leaves the active environment. */
export async function deactivate(
  options: ShellOptions,
  _args: readonly string[],
  signal: AbortSignal,
): Promise<number> {
  const output = createOutput(outputOptions(options));
  const active = await activeOf(options, output, signal);
  const shell = options.shell ?? "sh";
  const code = active === undefined ? "" : deactivationCode(shell, active, process.env);
  if (active === undefined) output.warn("no environment is active");
  output.result({ shell, environment: active?.path ?? null, code }, code.trimEnd());
  return 0;
}

/** The environment that SPACK_ENV names, computed anew from its files; what cannot be known is left as it is. */
async function activeOf(
  options: ShellOptions,
  output: Output,
  signal: AbortSignal,
): Promise<Activation | undefined> {
  const folder = process.env["SPACK_ENV"];
  if (!folder) return undefined;
  const view = process.env["SPACK_ENV_VIEW"];
  try {
    const choice = view ? { view } : { withoutView: true };
    return await activationOf({ ...options, local: true, choice }, { name: folder, folder }, output, signal);
  } catch (error) {
    signal.throwIfAborted();
    output.warn(`what ${folder} set is not known any more (${messageOf(error)}); its variables stay`);
    return { path: folder, view, changes: [], warnings: [] };
  }
}

function warn(output: Output, { warnings }: Activation): void {
  if (warnings.length === 0) return;
  const named = warnings.slice(0, 4).map(({ name, version, why }) => `${name} ${version} (${why})`);
  const more = warnings.length > named.length ? ` and ${warnings.length - named.length} more` : "";
  output.warn(
    `these may set further variables, which only Spack knows: ${named.join(", ")}${more}. Use --exact.`,
  );
}
